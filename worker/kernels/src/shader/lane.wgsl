// What one step of an elementwise kernel works on: four neighbouring values where the shape allows it.
#import prelude

#ifdef SINGLE
alias lane = scalar;
#else
alias lane = scalar4;
#endif
