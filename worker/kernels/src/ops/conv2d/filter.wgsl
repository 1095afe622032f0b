// The nine weights of a 3x3 filter for each of four inputs of a column, as [tap][input]; zeros past the last input.
fn filter_of(column: u32, input: u32) -> array<scalar4, 9> {
    var taps: array<scalar4, 9>;
#ifdef WEIGHT_BLOCK
    // They lie one behind the other as [input][tap], so that nine vectors hold them all.
    if (input < params.inputs) {
        let first = place(column, 0u, input);
#repeat i 9
        let v$i = decode(first + $iu * 4u);
#end
        taps[0] = scalar4(v0.x, v2.y, v4.z, v6.w);
        taps[1] = scalar4(v0.y, v2.z, v4.w, v7.x);
        taps[2] = scalar4(v0.z, v2.w, v5.x, v7.y);
        taps[3] = scalar4(v0.w, v3.x, v5.y, v7.z);
        taps[4] = scalar4(v1.x, v3.y, v5.z, v7.w);
        taps[5] = scalar4(v1.y, v3.z, v5.w, v8.x);
        taps[6] = scalar4(v1.z, v3.w, v6.x, v8.y);
        taps[7] = scalar4(v1.w, v4.x, v6.y, v8.z);
        taps[8] = scalar4(v2.x, v4.y, v6.z, v8.w);
    }
#else
#repeat i 9
    taps[$i] = weight4(column, $iu, input);
#end
#endif
    return taps;
}
