//! Which pictures to show, and in which order.

use gallery::{Mode, Order};
use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::state::{Library, studio};
use crate::words::gallery as words;

const MODES: [(Mode, &str, &str); 3] = [
    (Mode::TextToImage, "txt2img", "Text to image"),
    (Mode::ImageToImage, "img2img", "Image to image"),
    (Mode::Inpaint, "inpaint", "Inpainting"),
];

const ORDERS: [(Order, &str, &str); 6] = [
    (Order::Newest, "newest", "Newest first"),
    (Order::Oldest, "oldest", "Oldest first"),
    (Order::Prompt, "prompt", "Prompt, A to Z"),
    (Order::Model, "model", "Model"),
    (Order::Largest, "largest", "Largest first"),
    (Order::Steps, "steps", "Most steps first"),
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
            <button
                type="button"
                class="icon-button toggle"
                aria-label=words::ONLY_FAVORITES
                title=words::ONLY_FAVORITES
                aria-pressed=move || only_favorites.get().to_string()
                on:click=move |_| query.update(|query| query.favorites = !query.favorites)
            >
                {Icon::Star.draw()}
            </button>
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
    let options = MODES.map(|(mode, value, name)| {
        view! { <option value=value prop:selected=move || query.with(|query| query.mode == Some(mode))>{name}</option> }
    });
    let choose = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        let mode = MODES.iter().find(|(_, of, _)| *of == value).map(|(mode, ..)| *mode);
        query.update(|query| query.mode = mode);
    };
    view! {
        <select aria-label=words::BY_MODE on:change=choose>
            <option value="" prop:selected=move || query.with(|query| query.mode.is_none())>{words::ALL_MODES}</option>
            {options}
        </select>
    }
}

#[component]
fn Sort(library: Library) -> impl IntoView {
    let query = library.query;
    let options = ORDERS.map(|(order, value, name)| {
        view! { <option value=value prop:selected=move || query.with(|query| query.order == order)>{name}</option> }
    });
    let choose = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        if let Some((order, ..)) = ORDERS.iter().find(|(_, of, _)| *of == value) {
            query.update(|query| query.order = *order);
        }
    };
    view! { <select aria-label=words::SORT on:change=choose>{options}</select> }
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
