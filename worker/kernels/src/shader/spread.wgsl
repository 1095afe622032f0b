// Mean and sum of squared deviations of some values, built up without cancellation.
#import prelude

struct Spread {
    count: scalar,
    mean: scalar,
    // Sum of squared deviations from the mean.
    squares: scalar,
}

// Welford 1962.
fn with_value(spread: Spread, value: scalar) -> Spread {
    let count = spread.count + 1.0;
    let delta = value - spread.mean;
    let mean = spread.mean + delta / count;
    return Spread(count, mean, spread.squares + delta * (value - mean));
}

// Chan, Golub and LeVeque 1979.
fn merged(a: Spread, b: Spread) -> Spread {
    let count = a.count + b.count;
    if (count == 0.0) {
        return a;
    }
    let delta = b.mean - a.mean;
    let part = b.count / count;
    return Spread(count, a.mean + delta * part, a.squares + b.squares + delta * delta * a.count * part);
}
