//! Line icons, drawn on a 24 x 24 grid. They are decoration: the control around one has the name.

use leptos::prelude::*;

/// Which icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Picture,
    Dice,
    Close,
    Folder,
    File,
    AsSource,
    Sliders,
    Download,
    Trash,
    Sun,
    Moon,
    Contrast,
    Stop,
    Clock,
    Quill,
    Brush,
    Eraser,
    Undo,
    Redo,
    Plus,
    Minus,
    Search,
    Star,
    Check,
    Again,
    Collect,
    Expand,
    Left,
    Right,
    Keyboard,
    Locked,
    Unlocked,
    Swap,
    Up,
    Down,
    Camera,
    Crop,
    RotateLeft,
    RotateRight,
    Mirror,
    Compare,
    Play,
    Pause,
    Pack,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Picture => "M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17M15.5 9.5h.01",
            Self::Dice => {
                "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM8.5 8.5h.01M15.5 8.5h.01M12 12h.01M8.5 15.5h.01M15.5 15.5h.01"
            }
            Self::Close => "M6 6l12 12M18 6 6 18",
            Self::Folder => "M3 6h6l2 2.5h10V19H3zM12 11.5v5M9.5 14l2.5-2.5 2.5 2.5",
            Self::File => "M6 3h8l4 4v14H6zM14 3v4h4M12 11v6M9.5 13.5 12 11l2.5 2.5",
            Self::AsSource => "M9 4H4v16h16v-5M20 4l-9 9M11 7v6h6",
            Self::Sliders => "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
            Self::Download => "M12 4v11M7 10.5l5 5 5-5M4 20h16",
            Self::Trash => "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
            Self::Sun => {
                "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5"
            }
            Self::Moon => "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
            Self::Contrast => "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 3v18M15 5v14M18 8v8",
            Self::Star => "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z",
            Self::Clock => "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5V12l3 2",
            Self::Quill => "M4 20l1-4.5L16 4.5 19.5 8 8.5 19zM13.5 7l3.5 3.5",
            Self::Locked => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
            Self::Unlocked => "M6 11h12v9H6zM8.5 11V7a3.5 3.5 0 0 1 6.8-1.2M12 14.5v2",
            Self::Swap => "M4 8.5h14M14.5 5 18 8.5 14.5 12M20 15.5H6M9.5 12 6 15.5 9.5 19",
            Self::Up => "M12 19V5M6 11l6-6 6 6",
            Self::Down => "M12 5v14M6 13l6 6 6-6",
            Self::Camera => "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 10a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4z",
            Self::Crop => "M7 3v14h14M3 7h14v14",
            Self::RotateLeft => "M5 5v5h5M5.5 10A7.5 7.5 0 1 1 5 14",
            Self::RotateRight => "M19 5v5h-5M18.5 10A7.5 7.5 0 1 0 19 14",
            Self::Compare => "M4 5h16v14H4zM12 3v18M7.5 9.5v5M16.5 9.5v5",
            Self::Play => "M8 5.5v13l10.5-6.5z",
            Self::Pause => "M8 5.5v13M16 5.5v13",
            Self::Mirror => "M12 3v18M9 7 4 17h5zM15 7l5 10h-5z",
            Self::Stop => "M7 7h10v10H7z",
            Self::Brush => {
                "M20 4 10.5 13.5M10.5 13.5a3.2 3.2 0 0 0-4.6 1.2C5 16.5 5 18.5 3.5 20c3 .5 6.5 0 8-2 1.2-1.6.6-3.4-1-4.5z"
            }
            Self::Eraser => {
                "M8.5 20h11.5M5 15.5l8.5-9.5a1.5 1.5 0 0 1 2.2-.1l4 4a1.5 1.5 0 0 1 0 2.2L12 20H8.5L5 16.8a1 1 0 0 1 0-1.3zM9.5 10.5l6 6"
            }
            Self::Undo => "M8 5 4 9l4 4M4 9h10a6 5.5 0 0 1 0 11h-3",
            Self::Redo => "M16 5l4 4-4 4M20 9H10a6 5.5 0 0 0 0 11h3",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Minus => "M5 12h14",
            Self::Search => "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5 20 20",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Again => "M19 5v5h-5M5 19v-5h5M18.5 10A7 7 0 0 0 6 8M5.5 14A7 7 0 0 0 18 16",
            Self::Collect => "M3 6h6l2 2.5h10V19H3zM12 11.5v5M9.5 14h5",
            Self::Expand => "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
            Self::Left => "M14.5 5.5 8 12l6.5 6.5",
            Self::Right => "M9.5 5.5 16 12l-6.5 6.5",
            Self::Pack => "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
            Self::Keyboard => "M3 7h18v10H3zM7 10.5h.01M11 10.5h.01M15 10.5h.01M18 10.5h.01M8 13.5h8",
        }
    }

    /// The icon as an element.
    pub(crate) fn draw(self) -> impl IntoView {
        view! {
            <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <path d=self.path() />
            </svg>
        }
    }
}
