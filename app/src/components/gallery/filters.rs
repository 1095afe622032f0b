//! Which pictures to show, and in which order.

use gallery::{Mode, Order};
use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::components::select::{Select, among, names};
use crate::state::{Library, studio};
use crate::words::gallery as words;

const MODES: [(Option<Mode>, &str); 4] = [
    (None, words::ALL_MODES),
    (Some(Mode::TextToImage), "Text to image"),
    (Some(Mode::ImageToImage), "Image to image"),
    (Some(Mode::Inpaint), "Inpainting"),
];

const ORDERS: [(Order, &str); 6] = [
    (Order::Newest, "Newest first"),
    (Order::Oldest, "Oldest first"),
    (Order::Prompt, "Prompt, A to Z"),
    (Order::Model, "Model"),
    (Order::Largest, "Largest first"),
    (Order::Steps, "Most steps first"),
];

/// The search box, the filters and the order.
#[component]
pub(super) fn Filters() -> impl IntoView {
    let library = studio().library;
    let query = library.query;
    let only_favorites = Memo::new(move |_| query.with(|query| query.favorites));
    view! {
        <div class="filters" role="search">
            <div class="search">
                {Icon::Search.draw()}
                <input
                    type="search"
                    aria-label=words::SEARCH
                    placeholder=words::SEARCH
                    title=words::SEARCH_HINT
                    prop:value=move || query.with(|query| query.text.clone())
                    on:input=move |event| query.update(|query| query.text = event_target_value(&event))
                />
            </div>
            <IconButton
                icon=Icon::Star
                name=words::ONLY_FAVORITES
                class="toggle"
                pressed=only_favorites
                press=move |_| query.update(|query| query.favorites = !query.favorites)
            />
            <ByMode library />
            <Choice
                label=words::BY_MODEL
                all=words::ALL_MODELS
                options=Signal::derive(move || library.facets.with(|facets| facets.models.clone().into_iter().collect()))
                chosen=Signal::derive(move || query.with(|query| query.model.clone()))
                choose=Callback::new(move |model| query.update(|query| query.model = model))
                least=2
            />
            <Choice
                label=words::BY_COLLECTION
                all=words::ALL_COLLECTIONS
                options=Signal::derive(move || library.facets.with(|facets| facets.collections.clone().into_iter().collect()))
                chosen=Signal::derive(move || query.with(|query| query.collection.clone()))
                choose=Callback::new(move |collection| query.update(|query| query.collection = collection))
                least=1
            />
            <Sort library />
        </div>
    }
}

#[component]
fn ByMode(library: Library) -> impl IntoView {
    let query = library.query;
    let modes = MODES.map(|(mode, _)| mode);
    let (chosen, choose) = among(
        modes,
        move || query.with(|query| query.mode),
        move |mode| {
            query.update(|query| query.mode = mode);
        },
    );
    view! { <Select names=names(MODES.map(|(_, name)| name)) chosen choose attr:aria-label=words::BY_MODE /> }
}

#[component]
fn Sort(library: Library) -> impl IntoView {
    let query = library.query;
    let orders = ORDERS.map(|(order, _)| order);
    let (chosen, choose) = among(
        orders,
        move || query.with(|query| query.order),
        move |order| {
            query.update(|query| query.order = order);
        },
    );
    view! { <Select names=names(ORDERS.map(|(_, name)| name)) chosen choose attr:aria-label=words::SORT /> }
}

/// A filter by one of the names that the gallery has. It appears once there are `least` of them, and stays while it is
/// set.
#[component]
fn Choice(
    label: &'static str,
    all: &'static str,
    options: Signal<Vec<(String, usize)>>,
    chosen: Signal<Option<String>>,
    choose: Callback<Option<String>>,
    least: usize,
) -> impl IntoView {
    let useful = Memo::new(move |_| options.with(Vec::len) >= least || chosen.with(Option::is_some));
    let names = Memo::new(move |_| options.get());
    let list = move || {
        let named = |(name, count): (String, usize)| {
            let selected = {
                let name = name.clone();
                move || chosen.with(|chosen| chosen.as_ref() == Some(&name))
            };
            let shown = if name == "builtin" { words::BUILT_IN } else { &name };
            let shown = format!("{shown} ({count})");
            view! { <option value=name.clone() prop:selected=selected>{shown}</option> }
        };
        names.get().into_iter().map(named).collect_view()
    };
    let change = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        choose.run((!value.is_empty()).then_some(value));
    };
    view! {
        <Show when=move || useful.get()>
            <select aria-label=label on:change=change>
                <option value="" prop:selected=move || chosen.with(Option::is_none)>{all}</option>
                {list}
            </select>
        </Show>
    }
}
