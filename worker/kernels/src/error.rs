//! What can go wrong on a device.

/// A failure of a device or of an operator, in one sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KernelError {
    /// There is no GPU to run on.
    #[error("no usable GPU was found: {reason}")]
    NoAdapter {
        /// What the search for an adapter ended with.
        reason: String,
    },
    /// The GPU went away; every tensor on it is lost.
    #[error("the GPU was lost: {reason}")]
    DeviceLost {
        /// The driver's or browser's explanation.
        reason: String,
    },
    /// The device's [`CancelToken`](crate::CancelToken) was set.
    #[error("the work was cancelled")]
    Cancelled,
    /// The device has no room for another buffer.
    #[error("the device is out of memory: {bytes} more bytes do not fit")]
    OutOfMemory {
        /// Size of the refused buffer.
        bytes: u64,
    },
    /// One buffer or dispatch is larger than the device allows.
    #[error("{what} needs {bytes} bytes, but this device allows {limit_bytes}")]
    TooLarge {
        /// What was to be made.
        what: String,
        /// Size that was asked for.
        bytes: u64,
        /// The device's limit.
        limit_bytes: u64,
    },
    /// Operands whose shapes do not fit each other or the operator.
    #[error("{op} expects {expected}, but got {got}")]
    Shape {
        /// Name of the operator.
        op: &'static str,
        /// The rule, in words.
        expected: String,
        /// The offending shapes or sizes.
        got: String,
    },
    /// Operands that live on different devices.
    #[error("{op} got operands that live on different devices")]
    OtherDevice {
        /// Name of the operator.
        op: &'static str,
    },
    /// A failure inside the GPU's driver or its shader compiler.
    #[error("the GPU failed: {0}")]
    Gpu(String),
    /// A failure inside the CPU's arithmetic library.
    #[error("the CPU device failed: {0}")]
    Cpu(String),
}

impl KernelError {
    /// A [`KernelError::Shape`] from anything printable.
    pub(crate) fn shape(op: &'static str, expected: impl Into<String>, got: impl std::fmt::Debug) -> Self {
        Self::Shape { op, expected: expected.into(), got: format!("{got:?}") }
    }
}

impl From<candle_core::Error> for KernelError {
    fn from(error: candle_core::Error) -> Self {
        Self::Cpu(error.to_string())
    }
}
