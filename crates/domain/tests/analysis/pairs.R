# Makes pairs.jsonl: pairs of samples with what R says of them, for tests/analysis.rs.
#
#   Rscript pairs.R > pairs.jsonl
#
# `median` is the median of all differences. `estimate` is what wilcox.test calls the difference in location; by the
# normal approximation it is any root between the two middle differences. R gives no interval when both samples are
# constant, and no p-value when moreover they are equal: those are null.

set.seed(20240229)

number <- function(value) if (is.na(value)) "null" else sprintf("%.15g", value)
numbers <- function(values) paste0("[", paste(vapply(values, number, ""), collapse = ","), "]")

tell <- function(kind, x, y, level) {
  quiet <- function(code) tryCatch(suppressWarnings(code), error = function(e) NULL)
  test <- quiet(wilcox.test(x, y, conf.int = TRUE, conf.level = level, tol.root = 1e-12))
  bare <- quiet(wilcox.test(x, y))
  ends <- if (is.null(test)) c(NA, NA) else test$conf.int
  cat(sprintf(
    '{"kind":"%s","confidence":%s,"x":%s,"y":%s,"u":%s,"p_value":%s,"low":%s,"high":%s,"estimate":%s,"median":%s}\n',
    kind, number(level), numbers(x), numbers(y), number(bare$statistic), number(bare$p.value),
    number(ends[1]), number(ends[2]), number(if (is.null(test)) NA else test$estimate),
    number(median(outer(x, y, "-")))
  ))
}

levels <- c(0.8, 0.9, 0.95, 0.98, 0.99)
level <- function(i) levels[1 + i %% length(levels)]
size <- function(from, to) sample(from:to, 1)

for (i in 1:60) {
  shift <- round(rnorm(1), 1)
  tell("small", round(rnorm(size(1, 20), shift), 5), round(rnorm(size(1, 20)), 5), level(i))
}
for (i in 1:20) {
  tell("exact, larger", round(rlnorm(size(30, 49), 0.3), 5), round(rlnorm(size(30, 49)), 5), level(i))
}
for (i in 1:60) {
  top <- size(1, 12)
  tell("ties", sample(0:top, size(2, 60), TRUE), sample(0:top, size(2, 60), TRUE) + i %% 3, level(i))
}
for (i in 1:30) {
  tell("normal", round(rnorm(size(50, 90), i / 30), 4), round(rnorm(size(50, 90)), 4), level(i))
}
for (i in 1:15) {
  tell("skewed", round(rexp(size(50, 80), 0.01)), round(rlnorm(size(50, 80), 4), 1), level(i))
}
for (i in 1:15) {
  rare <- function(n) rpois(n, 0.2) * round(runif(n, 1, 9), 1)
  tell("mostly zero", rare(size(50, 99)), rare(size(50, 99)), level(i))
}
for (i in 1:15) {
  one <- rep(size(0, 3), size(2, 60))
  tell("one constant", one, round(rnorm(size(2, 60), 2), 2), level(i))
  tell("one constant", sample(0:3, size(2, 60), TRUE), one, level(i))
}
for (i in 1:10) {
  tell("both constant", rep(i %% 3, size(2, 60)), rep(1, size(2, 60)), level(i))
}
for (i in 1:4) {
  tell("uneven", round(rnorm(size(150, 300), 0.2), 3), round(rnorm(size(3, 60)), 3), level(i))
}
