#!/bin/sh
# Tests and times the backend `cuda` on a machine that has a GPU: run in the folder that carry-cuda.js made.
#
#   OUT=results sh run.sh [conformance|bench|all] [NAME...]
#
# NAMEs are files of the conformance tests, or benchmarks. Leaves conformance.jsonl and bench.jsonl in $OUT,
# lines of JSON, and beside them what was said on stderr. EINC_BACKEND=cuda-emulator needs g++ in place of a GPU.
set -u
here=$(cd "$(dirname "$0")" && pwd)
what=${1:-all}
[ $# -gt 0 ] && shift
OUT=${OUT:-$here/results}
backend=${EINC_BACKEND:-cuda}
work=${TMPDIR:-/tmp}/einc-carried
mkdir -p "$OUT" "$work"
export EINC_BACKEND="$backend" EINC_CACHE_DIR="${EINC_CACHE_DIR:-$work/cache}"
mkdir -p "$EINC_CACHE_DIR"
# The tests are about one GPU, which they use as several devices.
export CUDA_VISIBLE_DEVICES="${CUDA_VISIBLE_DEVICES:-0}"

unpack() {
  if command -v xz >/dev/null; then xz -dc "$1"
  else python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer)' "$1"
  fi
}
node=$work/node
if [ ! -x "$node" ]; then
  unpack "$here/node.xz" >"$node.part" && chmod +x "$node.part" && mv "$node.part" "$node" || exit 70
fi
if ! "$node" --version >/dev/null 2>&1; then
  export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  "$node" --version >/dev/null || exit 70
fi

# Each by itself, so that one that hangs does not cost the others.
status=0
each() {
  log=$1
  shift
  timeout "${LIMIT:-240}" "$node" "$@" >>"$OUT/$log.jsonl" 2>>"$OUT/$log.log"
  code=$?
  if [ $code -eq 3 ]; then tail -1 "$OUT/$log.jsonl"; exit 3; fi
  [ $code -eq 0 ] || { status=1; echo "{\"kind\":\"ended\",\"program\":\"$*\",\"status\":$code}" >>"$OUT/$log.jsonl"; }
}

conformance() {
  export EINC_TEST_BACKEND="$backend"
  for file in ${*:-contract streams programs sums transpose views functions ops dtypes parallel random}; do
    each conformance "$here/conformance/main.js" "$file"
  done
  unset EINC_TEST_BACKEND
}

bench() {
  for name in ${*:-gemm elementwise softmax layer-norm attention gpt}; do
    # shellcheck disable=SC2086 # several words
    each bench "$here/bench/main.js" "$name" --json ${BENCH_FLAGS:-}
  done
}

case $what in
conformance) conformance "$@" ;;
bench) bench "$@" ;;
all) conformance && bench ;;
*) echo "run.sh [conformance|bench|all] [NAME...]" >&2; exit 2 ;;
esac

# A line for each file and case, for whoever reads the end of the output.
for log in conformance bench; do
  [ -f "$OUT/$log.jsonl" ] && sed -n 's/^\(.\{1,300\}\).*/\1/p' "$OUT/$log.jsonl" | tail -40
done
exit $status
