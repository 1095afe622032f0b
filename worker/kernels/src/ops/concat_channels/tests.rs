//! Shapes to get right.
