//! One of a few, in a list that opens.

use leptos::prelude::*;

/// The list alone. Its name and the like are given as `attr:NAME`. Names differ from each other.
#[component]
pub(crate) fn Select(names: Vec<String>, chosen: Signal<usize>, choose: Callback<usize>) -> AnyView {
    let option = |(place, name): (usize, String)| {
        let value = name.clone();
        view! { <option value=value prop:selected=move || chosen.get() == place>{name}</option> }
    };
    let options = names.iter().cloned().enumerate().map(option).collect_view();
    let change = move |event: leptos::ev::Event| {
        let picked = event_target_value(&event);
        names.iter().position(|name| *name == picked).into_iter().for_each(|place| choose.run(place));
    };
    view! { <select on:change=change>{options}</select> }.into_any()
}

/// The list under its label. `hint` is the id of what is said about it.
#[component]
pub(crate) fn SelectField(
    id: &'static str,
    label: &'static str,
    names: Vec<String>,
    chosen: Signal<usize>,
    choose: Callback<usize>,
    #[prop(optional)] hint: Option<&'static str>,
) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <Select names chosen choose attr:id=id attr:aria-describedby=hint />
        </div>
    }
    .into_any()
}

/// What [`Select`] needs for one of `all`: the place of what `get` tells, and how another one is set.
pub(crate) fn among<T: Copy + PartialEq + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    get: impl Fn() -> T + Send + Sync + 'static,
    set: impl Fn(T) + Send + Sync + 'static,
) -> (Signal<usize>, Callback<usize>) {
    let chosen = Signal::derive(move || {
        let chosen = get();
        all.iter().position(|one| *one == chosen).unwrap_or_default()
    });
    (chosen, Callback::new(move |place: usize| all.get(place).into_iter().for_each(|one| set(*one))))
}

/// Names as [`Select`] takes them.
pub(crate) fn names(names: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}
