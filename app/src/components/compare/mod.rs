//! **Compare**: two pictures in one window, in four ways, with zoom and place kept in step.

mod difference_view;
mod flicker;
mod pane;
mod side_by_side;
mod slider;
mod toolbar;

use compare::View;
use leptos::{ev, prelude::*};

use super::frame::Modal;
use crate::state::{ComparedSide as Side, Comparison, studio};
use crate::words::compare as words;

/// How two pictures are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Slider,
    SideBySide,
    Flicker,
    Difference,
}

impl Way {
    const ALL: [Self; 4] = [Self::Slider, Self::SideBySide, Self::Flicker, Self::Difference];

    fn name(self) -> &'static str {
        match self {
            Self::Slider => words::SLIDER,
            Self::SideBySide => words::SIDE_BY_SIDE,
            Self::Flicker => words::FLICKER,
            Self::Difference => words::DIFFERENCE,
        }
    }
}

/// What is seen, and how. It outlives a swap, and a change of the way.
#[derive(Clone, Copy)]
struct Looking {
    view: RwSignal<View>,
    way: RwSignal<Way>,
    /// Where the slider's divider stands, 0 to 1 from the left.
    divider: RwSignal<f64>,
    /// The first picture's proportions, once it has been read: all panes are laid out by them.
    size_px: RwSignal<(f64, f64)>,
}

impl Looking {
    /// Whether single pixels are to be seen rather than smoothed. Tracked.
    fn is_crisp(self) -> bool {
        const FROM: f64 = 3.0;
        self.view.get().zoom() >= FROM
    }
}

/// The dialog, while two pictures are compared.
#[component]
pub(crate) fn CompareDialog() -> impl IntoView {
    let comparison = studio().comparison;
    let way = RwSignal::new(Way::Slider);
    let open = Memo::new(move |_| comparison.pair.with(Option::is_some));
    let close = Callback::new(move |()| comparison.close());
    view! {
        <Modal open=open close=close title=words::TITLE class="compare-dialog">
            <Comparing way />
        </Modal>
    }
}

#[component]
fn Comparing(way: RwSignal<Way>) -> impl IntoView {
    let comparison = studio().comparison;
    let looking = Looking {
        view: RwSignal::new(View::default()),
        way,
        divider: RwSignal::new(0.5),
        size_px: RwSignal::new((1.0, 1.0)),
    };
    // On the window: the focus may be on the dialog's own close button, or nowhere.
    let keys = window_event_listener(ev::keydown, move |event| {
        // A slider takes its keys for itself, and the browser its own.
        let in_control = event_target_is(&event, "input, select");
        let with_others = event.ctrl_key() || event.meta_key() || event.alt_key();
        if !in_control && !with_others && act(looking, comparison, &event.key()) {
            event.prevent_default();
        }
    });
    on_cleanup(move || keys.remove());
    let content = move || {
        let (first, second) = comparison.pair.get()?;
        Some(match way.get() {
            Way::Slider => view! { <slider::Slider looking first second /> }.into_any(),
            Way::SideBySide => view! { <side_by_side::SideBySide looking first second /> }.into_any(),
            Way::Flicker => view! { <flicker::Flicker looking first second /> }.into_any(),
            Way::Difference => view! { <difference_view::DifferenceView looking first second /> }.into_any(),
        })
    };
    view! {
        <div class="comparing">
            <toolbar::Toolbar looking />
            {content}
        </div>
    }
}

fn event_target_is(event: &ev::KeyboardEvent, selector: &str) -> bool {
    use wasm_bindgen::JsCast;
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.matches(selector).unwrap_or(false))
}

/// Does what a key is for; false when it is for nothing here.
fn act(looking: Looking, comparison: Comparison, key: &str) -> bool {
    /// Of the picture's width, for one press of an arrow.
    const STEP: f64 = 0.1;
    let zoom = |factor: f64| looking.view.update(|view| *view = view.zoomed(factor, (0.0, 0.0)));
    let step = |right: f64, down: f64| {
        looking.view.update(|view| *view = view.moved((right * STEP, down * STEP)));
    };
    match key {
        "+" | "=" => zoom(toolbar::ZOOM_STEP),
        "-" => zoom(1.0 / toolbar::ZOOM_STEP),
        "0" => looking.view.set(View::default()),
        // The window moves over the picture, so the picture goes the other way.
        "ArrowLeft" => step(1.0, 0.0),
        "ArrowRight" => step(-1.0, 0.0),
        "ArrowUp" => step(0.0, 1.0),
        "ArrowDown" => step(0.0, -1.0),
        "x" | "X" => comparison.swap(),
        digit => {
            let index = digit.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            match index.and_then(|index| Way::ALL.get(index)) {
                Some(&way) => looking.way.set(way),
                None => return false,
            }
        }
    }
    true
}

/// What a picture is called, in its corner.
fn caption(side: &Side, on_right: bool) -> impl IntoView + use<> {
    view! { <span class="compare-caption" class:on-right=on_right>{side.title.clone()}</span> }
}
