//! A button that is an icon alone: its name is read out, and shown while a pointer rests on it.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::icon::Icon;

/// `class` is beside its own; `pressed` makes it a switch. `refusal` says why it cannot be pressed now, in place of its
/// name. Other attributes are given as `attr:NAME`.
#[component]
pub(crate) fn IconButton(
    #[prop(into)] icon: Signal<Icon>,
    #[prop(into)] name: TextProp,
    #[prop(optional)] class: &'static str,
    #[prop(optional, into)] pressed: Option<Signal<bool>>,
    #[prop(optional, into)] refusal: Option<Signal<Option<&'static str>>>,
    #[prop(into)] press: Callback<()>,
) -> AnyView {
    let refused = move || refusal.and_then(|refusal| refusal.get());
    let title = {
        let name = name.clone();
        move || refused().map_or_else(|| name.get(), Into::into)
    };
    view! {
        <button
            type="button"
            class=format!("icon-button {class}")
            aria-label=move || name.get()
            title=title
            aria-pressed=move || pressed.map(|pressed| pressed.get().to_string())
            disabled=move || refused().is_some()
            on:click=move |_| press.run(())
        >
            {move || icon.get().draw()}
        </button>
    }
    .into_any()
}
