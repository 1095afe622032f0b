// What a matrix or picture is an array of: four neighbouring values where all rows are ALIGNED to that.
#import prelude

#ifdef ALIGNED
alias element = scalar4;
#else
alias element = scalar;
#endif
