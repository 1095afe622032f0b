//! Notifications of the system, where the browser has them and the person allows them.

use js_sys::Reflect;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    MessageEvent, Notification, NotificationOptions, NotificationPermission, ServiceWorkerContainer,
    ServiceWorkerRegistration,
};

/// Of several words about pictures, the last one stands.
const TAG: &str = "pictures";
const ICON: &str = "icons/icon-192.png";

/// Whether the page may notify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    Granted,
    Denied,
    /// The person was not asked, or gave no answer.
    Undecided,
    /// The browser has no notifications, or none for this page.
    Missing,
}

/// Whether the page may notify now.
pub(crate) fn permission() -> Permission {
    let has = |name: &str| Reflect::has(&js_sys::global(), &JsValue::from_str(name)).unwrap_or(false);
    // Where the page is not served securely the interface is there and always refuses.
    let has_them = has("Notification") && web_sys::window().is_some_and(|window| window.is_secure_context());
    match has_them.then(Notification::permission) {
        Some(NotificationPermission::Granted) => Permission::Granted,
        Some(NotificationPermission::Denied) => Permission::Denied,
        Some(_) => Permission::Undecided,
        None => Permission::Missing,
    }
}

/// Asks the person, unless they have answered before. Browsers want this to follow a click.
pub(crate) async fn ask() -> Permission {
    if permission() == Permission::Undecided
        && let Ok(answer) = Notification::request_permission()
    {
        // Whatever it says, the permission itself is asked again.
        JsFuture::from(answer).await.ok();
    }
    permission()
}

/// Whether the page is out of sight: in a tab that is not shown, or a window that lies under others.
pub(crate) fn is_hidden() -> bool {
    super::document().is_some_and(|document| document.hidden())
}

/// Shows a notification. A click on it brings the page to the front and calls `clicked`, or where only a service worker
/// can notify (Android) what [`on_notification_click`] was given, with `subject`.
pub(crate) fn notify(title: &str, body: &str, subject: &str, clicked: impl FnOnce() + 'static) {
    let options = NotificationOptions::new();
    options.set_body(body);
    options.set_tag(TAG);
    options.set_icon(ICON);
    options.set_data(&JsValue::from_str(subject));
    match Notification::new_with_options(title, &options) {
        Ok(shown) => {
            let handle = shown.clone();
            let on_click = Closure::once_into_js(move || {
                if let Some(window) = web_sys::window() {
                    window.focus().ok();
                }
                handle.close();
                clicked();
            });
            shown.set_onclick(Some(on_click.unchecked_ref()));
        }
        Err(_) => notify_by_worker(title.to_owned(), options),
    }
}

fn notify_by_worker(title: String, options: NotificationOptions) {
    let Some(ready) = service_worker().and_then(|container| container.ready().ok()) else { return };
    spawn_local(async move {
        let Ok(registration) = JsFuture::from(ready).await else { return };
        let registration: ServiceWorkerRegistration = registration.unchecked_into();
        if let Err(error) = registration.show_notification_with_options(&title, &options) {
            log::debug!("no notification: {error:?}");
        }
    });
}

/// Hears of clicks on notifications that the service worker has shown.
pub(crate) fn on_notification_click(clicked: impl Fn(String) + 'static) {
    let Some(container) = service_worker() else { return };
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let subject = Reflect::get(&event.data(), &JsValue::from_str("clicked")).ok();
        if let Some(subject) = subject.and_then(|subject| subject.as_string()) {
            clicked(subject);
        }
    });
    // Lives as long as the page.
    container.set_onmessage(Some(heard.into_js_value().unchecked_ref()));
}

/// `navigator.serviceWorker`, which is undefined where the page is not served securely.
pub(super) fn service_worker() -> Option<ServiceWorkerContainer> {
    let container = web_sys::window().map(|window| window.navigator().service_worker());
    container.filter(|container| !container.is_undefined())
}
