//! Black-box tests: processes and HTTP only.
