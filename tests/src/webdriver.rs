//! The part of [WebDriver](https://www.w3.org/TR/webdriver2/) that the tests use: JSON over HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::Outcome;

/// The standard's name for a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const SCRIPT_TIMEOUT_MILLIS: u64 = 120_000;

/// A browser window.
pub struct Session {
    agent: Agent,
    url: String,
}

/// An element of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element(String);

/// A tab of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab(String);

impl Element {
    /// The element that a script returned, if it returned one.
    fn from_json(value: &Value) -> Option<Self> {
        value.get(ELEMENT).and_then(Value::as_str).map(|id| Self(id.to_owned()))
    }

    /// The element as an argument for a script.
    pub fn to_json(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

impl Session {
    /// Opens a window. `driver_url` is the driver's address, `capabilities` what to ask it for.
    ///
    /// # Errors
    /// When the driver refuses, with its reason. So for every call here.
    pub fn open(driver_url: &str, capabilities: &Value) -> Outcome<Self> {
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(300)))
            .build()
            .into();
        let wanted = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let opened = post(&agent, &format!("{driver_url}/session"), &wanted)?;
        let id = opened["sessionId"].as_str().ok_or("the driver opened no session")?;
        let session = Self { agent, url: format!("{driver_url}/session/{id}") };
        session.post("/timeouts", &json!({ "script": SCRIPT_TIMEOUT_MILLIS }))?;
        Ok(session)
    }

    /// Goes to an address and waits until it has loaded.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn go_to(&self, url: &str) -> Outcome {
        self.post("/url", &json!({ "url": url })).map(drop)
    }

    /// Reloads the page.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn reload(&self) -> Outcome {
        self.post("/refresh", &json!({})).map(drop)
    }

    /// Runs the body of a JavaScript function in the page. A promise that it returns is awaited.
    ///
    /// # Errors
    /// See [`Session::open`]; also when the script throws.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Outcome<Value> {
        self.post("/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// Runs a script that returns an element or null.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn find(&self, script: &str, arguments: &[Value]) -> Outcome<Option<Element>> {
        Ok(Element::from_json(&self.run(script, arguments)?))
    }

    /// Clicks where a person would, once the element is in sight: the driver scrolls to nothing that another lies over.
    ///
    /// # Errors
    /// See [`Session::open`]; also when something covers the element.
    pub fn click(&self, element: &Element) -> Outcome {
        self.run("arguments[0].scrollIntoView({ block: 'nearest' });", &[element.to_json()])?;
        self.post(&format!("/element/{}/click", element.0), &json!({})).map(drop)
    }

    /// Gives the focus to an element.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn focus(&self, element: &Element) -> Outcome {
        self.run("arguments[0].focus();", &[element.to_json()]).map(drop)
    }

    /// Presses keys in an element, or chooses the file of this path in a file input.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn type_into(&self, element: &Element, text: &str) -> Outcome {
        self.post(&format!("/element/{}/value", element.0), &json!({ "text": text })).map(drop)
    }

    /// Presses keys where the focus is. Keys without a letter are in [`crate::controls::keys`].
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn press_keys(&self, text: &str) -> Outcome {
        let focused = self.find("return document.activeElement || document.body;", &[])?;
        self.type_into(&focused.ok_or("the page has no body")?, text)
    }

    /// Opens another tab and goes to it; the first is shown again by [`Session::go_to_tab`].
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn new_tab(&self) -> Outcome<Tab> {
        let opened = self.post("/window/new", &json!({ "type": "tab" }))?;
        let tab = Tab(opened["handle"].as_str().ok_or("the driver opened no tab")?.to_owned());
        self.go_to_tab(&tab)?;
        Ok(tab)
    }

    /// The tab that is shown.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn tab(&self) -> Outcome<Tab> {
        Ok(Tab(self.get("/window")?.as_str().unwrap_or_default().to_owned()))
    }

    /// Shows a tab.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn go_to_tab(&self, tab: &Tab) -> Outcome {
        self.post("/window", &json!({ "handle": tab.0 })).map(drop)
    }

    /// Closes the tab that is shown, as a person does; another one is to be shown next.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn close_tab(&self) -> Outcome {
        value_of(self.agent.delete(format!("{}/window", self.url)).call()?).map(drop)
    }

    /// Puts a tab in front without going to it: the one in which scripts run is then out of sight.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn put_in_front(&self, tab: &Tab) -> Outcome {
        self.devtools("Target.activateTarget", &json!({ "targetId": tab.0 })).map(drop)
    }

    /// The element's accessible name as the browser computes it for assistive technology.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn accessible_name(&self, element: &Element) -> Outcome<String> {
        let name = self.get(&format!("/element/{}/computedlabel", element.0))?;
        Ok(name.as_str().unwrap_or_default().to_owned())
    }

    /// The window as a PNG, in base64.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn screenshot(&self) -> Outcome<String> {
        Ok(self.get("/screenshot")?.as_str().unwrap_or_default().to_owned())
    }

    /// A command of the [Chrome DevTools protocol](https://chromedevtools.github.io/devtools-protocol/).
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn devtools(&self, command: &str, parameters: &Value) -> Outcome<Value> {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    /// What was written to the page's console since the last call, one line each.
    ///
    /// # Errors
    /// See [`Session::open`].
    pub fn console(&self) -> Outcome<Vec<String>> {
        let entries = self.post("/se/log", &json!({ "type": "browser" }))?;
        let line = |entry: &Value| format!("{}: {}", entry["level"], entry["message"]);
        Ok(entries.as_array().map(|entries| entries.iter().map(line).collect()).unwrap_or_default())
    }

    fn get(&self, path: &str) -> Outcome<Value> {
        value_of(self.agent.get(format!("{}{path}", self.url)).call()?)
    }

    fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        post(&self.agent, &format!("{}{path}", self.url), body)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Closes the browser; the driver is stopped by its owner in any case.
        self.agent.delete(&self.url).call().ok();
    }
}

fn post(agent: &Agent, url: &str, body: &Value) -> Outcome<Value> {
    value_of(agent.post(url).content_type("application/json").send(body.to_string())?)
}

fn value_of(response: Response<Body>) -> Outcome<Value> {
    let failed = !response.status().is_success();
    let text = response.into_body().into_with_config().limit(u64::MAX).read_to_string()?;
    let value = serde_json::from_str::<Value>(&text)?["value"].take();
    if failed {
        let reason = value["message"].as_str().unwrap_or(&text);
        return Err(format!("the browser's driver: {reason}").into());
    }
    Ok(value)
}
