# Sourced by the scripts that build: configures and builds presets, runs tests, measures steps.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root" || exit

# configure PRESET: the first time, and when the presets changed; the build itself sees changed CMake
# files.
configure() {
  if [[ ! build/$1/build.ninja -nt CMakePresets.json ]]; then
    cmake --preset "$1" >&2
  fi
}

# build PRESET [TARGET...]
build() {
  local preset=$1
  shift
  configure "$preset" || return
  cmake --build --preset "$preset" --parallel "$(nproc)" ${1:+--target "$@"} >&2
}

# run_ctest PRESET [ARGUMENT...]: a run without a single test is a failure. One more at a time than there
# are processors, as tests with servers and browsers wait for a third of their time; those that need a
# processor for themselves say so (PROCESSORS).
run_ctest() {
  local preset=$1
  shift
  ctest --preset "$preset" -j "$(($(nproc) + 1))" --output-on-failure --no-tests=error \
    --test-output-size-passed 4194304 --test-output-size-failed 4194304 "$@"
}

# duration SECONDS: for people.
duration() {
  if (($1 < 60)); then
    printf '%d s' "$1"
  else
    printf '%d min %02d s' "$(($1 / 60))" "$(($1 % 60))"
  fi
}
