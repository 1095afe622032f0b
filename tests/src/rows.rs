//! The page's database as a test looks into it, and rows put there by hand.

use serde_json::{Value, json};

use crate::Outcome;
use crate::webdriver::Session;

/// Rows that are sent to the browser at once.
const AT_ONCE: usize = 2000;

/// The rows of a picture.
#[derive(Debug, Clone)]
pub struct PictureRows {
    /// Its key.
    pub id: String,
    /// Its row of the table `pictures`.
    pub entry: String,
    /// Which of the files is its PNG.
    pub file: usize,
}

/// Puts pictures into the database, which must be there. `files` are PNGs.
///
/// # Errors
/// When the browser does not store them.
pub fn put_pictures(session: &Session, pictures: &[PictureRows], files: &[Vec<u8>]) -> Outcome {
    for some in pictures.chunks(AT_ONCE) {
        let rows: Vec<Value> =
            some.iter().map(|picture| json!([picture.id, picture.entry, picture.file])).collect();
        query(session, PUT, &[json!(rows), json!(files)])?;
    }
    Ok(())
}

/// The keys of every row of a table, their parts joined by `/`.
///
/// # Errors
/// When there is no such table.
pub fn keys(session: &Session, table: &str) -> Outcome<Vec<String>> {
    let keys = query(session, KEYS, &[json!(table)])?;
    Ok(serde_json::from_value(keys)?)
}

/// Makes a database of an earlier version: tables by name, each with `[key, text]` rows, and PNGs by picture.
///
/// # Errors
/// When there is one already.
pub fn make_database(session: &Session, version: u32, tables: &Value, files: &Value) -> Outcome {
    session.run(MAKE, &[json!(version), tables.clone(), files.clone()]).map(drop)
}

/// How many rows a table has.
///
/// # Errors
/// When there is no such table.
pub fn count(session: &Session, table: &str) -> Outcome<u64> {
    query(session, COUNT, &[json!(table)])?
        .as_u64()
        .ok_or_else(|| format!("no number of rows in {table}").into())
}

/// What a script returns in which `database` is open, and `done` makes a promise of a request.
///
/// # Errors
/// When it fails in the browser.
pub fn query(session: &Session, script: &str, arguments: &[Value]) -> Outcome<Value> {
    let script = format!(
        "const done = request => new Promise((resolve, reject) => {{ \
             request.onsuccess = () => resolve(request.result); \
             request.onerror = () => reject(request.error); }}); \
         const database = await done(indexedDB.open('palimpsest')); \
         try {{ {script} }} finally {{ database.close(); }}"
    );
    session.run(&script, arguments)
}

const PUT: &str = r#"
    const [rows, files] = arguments;
    const blobs = files.map(bytes => new Blob([new Uint8Array(bytes)], { type: "image/png" }));
    const transaction = database.transaction(["pictures", "picture_blobs"], "readwrite");
    for (const [id, entry, file] of rows) {
        transaction.objectStore("pictures").put(entry, [id]);
        transaction.objectStore("picture_blobs").put(blobs[file], [id, "png"]);
    }
    await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
    });
"#;

const COUNT: &str =
    "const [table] = arguments; return await done(database.transaction(table).objectStore(table).count());";

const KEYS: &str = r#"
    const [table] = arguments;
    const keys = await done(database.transaction(table).objectStore(table).getAllKeys());
    return keys.map(key => key.join("/"));
"#;

const MAKE: &str = r#"
    const [version, tables, files] = arguments;
    const request = indexedDB.open("palimpsest", version);
    request.onupgradeneeded = () => Object.keys(tables).forEach(name => request.result.createObjectStore(name));
    const database = await new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const transaction = database.transaction(Object.keys(tables), "readwrite");
    for (const [name, rows] of Object.entries(tables)) {
        for (const [key, text] of rows) transaction.objectStore(name).put(text, key);
    }
    for (const [id, bytes] of Object.entries(files)) {
        transaction.objectStore("picture_blobs").put(new Blob([new Uint8Array(bytes)], { type: "image/png" }), [id, "png"]);
    }
    await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
    });
    database.close();
"#;
