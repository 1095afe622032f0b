//! **Sweep and grid**: pictures that differ in one setting or two.

use batches::AxisKind;
use leptos::prelude::*;

use super::frame::{Drawer, DrawerKind};
use super::notice::{NoticeAt, sentence_id};
use crate::components::select::{Select, among, names};
use crate::state::{Place, Side, studio};
use crate::words::batches as words;

/// The toolbar's button.
#[component]
pub(crate) fn SheetButton() -> impl IntoView {
    let studio = studio();
    view! {
        <button type="button" class="quiet" on:click=move |_| studio.open_drawer(DrawerKind::Sheet)>{words::SHEETS}</button>
    }
}

/// The drawer in which a sweep or a grid is laid out.
#[component]
pub(crate) fn SheetDrawer() -> impl IntoView {
    view! {
        <Drawer kind=DrawerKind::Sheet title=words::SHEETS>
            <NoticeAt place=Place::Batch />
            <Sweep />
            <Grid />
        </Drawer>
    }
}

/// One source, several strengths.
#[component]
fn Sweep() -> impl IntoView {
    let studio = studio();
    let strengths = studio.sheets.strengths;
    let sweep = Memo::new(move |_| studio.strengths_plan());
    let told = move || sweep.get().map_or_else(|sentence| sentence, |plan| words::pictures_of(&plan));
    view! {
        <section class="sheet-form">
            <h3>{words::SWEEP}</h3>
            <p class="hint">{words::SWEEP_HINT}</p>
            <label for="strengths">{words::STRENGTHS}</label>
            <input
                id="strengths"
                type="text"
                autocomplete="off"
                aria-describedby=sentence_id(Place::Batch)
                prop:value=strengths
                on:input=move |event| {
                    strengths.set(event_target_value(&event));
                    studio.notices.clear(Place::Batch);
                }
            />
            <p class="hint" role="status">{told}</p>
            <button type="button" on:click=move |_| studio.sweep_strength()>{words::SWEEP}</button>
        </section>
    }
}

/// Two settings against each other.
#[component]
fn Grid() -> impl IntoView {
    let studio = studio();
    let plan = Memo::new(move |_| studio.plan());
    let told = move || plan.get().map_or_else(|sentence| sentence, |plan| words::pictures_of(&plan));
    view! {
        <section class="sheet-form">
            <h3>{words::GRID}</h3>
            <p class="hint">{words::GRID_HINT}</p>
            <SideFields id="columns" name=words::COLUMNS side=studio.sheets.columns />
            <SideFields id="rows" name=words::ROWS side=studio.sheets.rows />
            <p class="hint" role="status">{told}</p>
            <button type="button" on:click=move |_| studio.make_grid()>{words::MAKE_GRID}</button>
        </section>
    }
}

/// The setting of one side, and its values: typed, or ticked in a list.
#[component]
fn SideFields(id: &'static str, name: &'static str, side: Side) -> impl IntoView {
    let studio = studio();
    let kinds: [Option<AxisKind>; AxisKind::ALL.len() + 1] =
        std::array::from_fn(|place| place.checked_sub(1).map(|place| AxisKind::ALL[place]));
    let (chosen, choose) = among(
        kinds,
        move || side.kind.get(),
        move |kind| {
            side.kind.set(kind);
            side.text.set(String::new());
            side.chosen.set(Vec::new());
            studio.notices.clear(Place::Batch);
        },
    );
    let kinds = names(kinds.map(|kind| kind.map_or(words::NONE, words::axis)));
    let is_number = move || side.kind.get().is_some_and(AxisKind::is_number);
    let choices = move || side.kind.get().map(|kind| studio.choices(kind)).unwrap_or_default();
    view! {
        <div class="sheet-side">
            <label for=id>{name}</label>
            <Select names=kinds chosen choose attr:id=id />
            <input
                type="text"
                autocomplete="off"
                aria-label=words::values_of(name)
                aria-describedby=sentence_id(Place::Batch)
                hidden=move || !is_number()
                prop:value=side.text
                on:input=move |event| {
                    side.text.set(event_target_value(&event));
                    studio.notices.clear(Place::Batch);
                }
            />
            <div class="sheet-choices" role="group" aria-label=words::values_of(name) hidden=move || choices().is_empty()>
                <For each=choices key=|choice| choice.value.clone() let:choice>
                    <Choice side key=choice.value name=choice.label />
                </For>
            </div>
        </div>
    }
}

/// A sampler or model that takes part or not.
#[component]
fn Choice(side: Side, key: String, name: String) -> impl IntoView {
    let key = StoredValue::new(key);
    let chosen = move || side.chosen.with(|chosen| key.with_value(|key| chosen.contains(key)));
    let toggle = move |event: leptos::ev::Event| {
        let on = event_target_checked(&event);
        side.chosen.update(|chosen| {
            chosen.retain(|other| key.with_value(|key| other != key));
            if on {
                chosen.push(key.get_value());
            }
        });
    };
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=chosen on:change=toggle />
            <span>{name}</span>
        </label>
    }
}
