// The functions of one value, on `lane`s.
#import lane

// The numbers are those of ops::Activation.
const ACTIVATION_SILU = 1u;
const ACTIVATION_QUICK_GELU = 2u;
const ACTIVATION_GELU = 3u;
const ACTIVATION_RELU = 4u;

fn sigmoid(x: lane) -> lane {
    // exp overflows past 88, and WGSL leaves infinities open; sigmoid(-80) is 0 in f32 anyway.
    return lane(1.0) / (lane(1.0) + exp(-clamp(x, lane(-80.0), lane(80.0))));
}

// Horner's scheme in u for x * p(u) / q(u), u = x^2, a minimax fit of erf on 0..3.92; beyond that erf is 1 to
// f32's precision. Error of the fit 1.6e-8; with f32 rounding 3e-7.
fn erf(x: lane) -> lane {
    let v = clamp(x, lane(-3.92), lane(3.92));
    let u = v * v;
    var p = u * 2.0314078e-6 + 2.87487858e-4;
    p = p * u + 3.87487328e-3;
    p = p * u + 5.30800223e-2;
    p = p * u + 1.92936226e-1;
    p = p * u + 1.128378987;
    var q = u * 3.80362362e-5 + 1.18942966e-3;
    q = q * u + 1.51854651e-2;
    q = q * u + 1.15152858e-1;
    q = q * u + 5.04316926e-1;
    q = q * u + 1.0;
    return clamp(v * p / q, lane(-1.0), lane(1.0));
}

// The built-in tanh may be sinh / cosh, which cancels near 0. There a minimax fit in x^2 (error 4e-13) takes over.
fn tanh_exact(x: lane) -> lane {
    let u = x * x;
    let near = x * (((u * -6.17615115e-6 + 1.3357025e-3) * u + 1.14995614e-1) * u + 1.0)
        / ((u * 1.7445352e-2 + 4.48328942e-1) * u + 1.0);
    let far = lane(1.0) - lane(2.0) / (exp(clamp(x, lane(-20.0), lane(20.0)) * 2.0) + lane(1.0));
    return select(far, near, abs(x) < lane(1.0));
}

fn silu(x: lane) -> lane {
    return x * sigmoid(x);
}

fn gelu(x: lane) -> lane {
    return x * (erf(x * 0.70710678118) + lane(1.0)) * 0.5;
}

fn activate(x: lane, activation: u32) -> lane {
    switch activation {
        case ACTIVATION_SILU: { return silu(x); }
        case ACTIVATION_QUICK_GELU: { return x * sigmoid(x * 1.702); }
        case ACTIVATION_GELU: { return gelu(x); }
        // max(x, 0) may turn NaN into 0 and hide it.
        case ACTIVATION_RELU: { return select(x, lane(0.0), x < lane(0.0)); }
        default: { return x; }
    }
}
