"""What scripts/bench runs after the build; scripts/bench --help is its help."""
import argparse
import os
import pathlib
import platform
import sys

from leadkeep_demo.instance import ROOT

from . import catalogue, plot, report
from .figures import FIGURES, NAMES, Bench
from .machine import Others

DISTURBING = 0.2  # of a core
SHORT = {"leads": 1000, "runs": 1, "seconds": 0.2}
LONG = {"leads": 10_000, "runs": 3, "seconds": 3.0}


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def number_above(least, kind):
    def parse(text):
        value = kind(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{text} is below {least}")
        return value
    return parse


def options_of(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/bench", usage="scripts/bench [option…] [NAME…]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="""\
Builds the release preset and measures it. Each figure is one JSON line on standard output:

  name, value, unit, limit, ratio   what Leadkeep does, what the machine does without it, measured
                                    in turn in the same run, and value / limit
  better                            higher or lower
  min, max, limit_min, limit_max    of the runs; value and limit are medians
  goal, goal_met                    where there is a goal
  leads, others_cpu                 in the store; cores that other programs took meanwhile

A table goes to standard error, the same and a plot to build/bench (bench.jsonl, bench.svg). A store
of that many leads is filled once, kept in build/bench, and copied for each run. Use a machine that
does nothing else: a figure during which others took more than 0.2 cores is warned about.""",
        epilog="figures:\n" + "\n".join(
            f"  {name:20} {catalogue.title(name)}; limit: {catalogue.limit_of(name)}"
            for name in NAMES) + "\n\ngroups of figures:\n" + "\n".join(
                f"  {group:20} {', '.join(names)}" for group, names in catalogue.GROUPS.items()))
    parser.add_argument("names", nargs="*", metavar="NAME", help="measure only these figures")
    parser.add_argument("--leads", type=number_above(100, int), metavar="N",
                        help=f"leads in the store ({LONG['leads']}); 1000000 takes minutes to fill")
    parser.add_argument("--runs", type=number_above(1, int), metavar="N",
                        help=f"runs of each figure ({LONG['runs']})")
    parser.add_argument("--seconds", type=number_above(0.1, float), metavar="S",
                        help=f"length of one run ({LONG['seconds']:g})")
    parser.add_argument("--short", action="store_true",
                        help="one run of at most a second each, 1000 leads: only shows that all works")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release",
                        help=argparse.SUPPRESS)
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build" / "bench",
                        help=argparse.SUPPRESS)
    parser.add_argument("--check-arguments", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.names = [name for given in options.names
                     for name in catalogue.GROUPS.get(given, (given,))]
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"there is no figure {', '.join(sorted(unknown))}; see --help")
    for name, value in (SHORT if options.short else LONG).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    options.build, options.output = options.build.resolve(), options.output.resolve()
    return options


def measure(bench, chosen):
    for function, names in FIGURES:
        if not chosen.intersection(names):
            continue
        say(f"measuring {names[0]}")
        with Others() as others:
            made = list(function(bench))
        if others.share > DISTURBING:
            say(f"{names[0]} is disturbed: other programs took {others.share} cores meanwhile")
        for figure in made:
            if figure["name"] in chosen:
                yield figure | catalogue.judge(figure) | {"leads": bench.leads,
                                                          "others_cpu": others.share}


def main(arguments):
    options = options_of(arguments)
    if options.check_arguments:
        return
    options.output.mkdir(parents=True, exist_ok=True)
    bench = Bench(options, say)
    figures = []
    with bench.closing, open(options.output / "bench.jsonl", "w", encoding="utf-8") as file:
        for figure in measure(bench, set(options.names or NAMES)):
            figures.append(figure)
            print(report.json_line(figure), flush=True)
            file.write(report.json_line(figure) + "\n")
    figures = catalogue.in_order(figures)
    note = (f"{bench.leads:,} leads · {os.cpu_count()} cores, {platform.machine()} · median of "
            f"{bench.runs} runs of {options.seconds:g} s · scales differ from row to row"
            ).replace(",", " ", 1)
    (options.output / "bench.svg").write_text(plot.svg(figures, note), encoding="utf-8")
    print(report.table(figures), file=sys.stderr)
    say(f"{options.output / 'bench.jsonl'}, {options.output / 'bench.svg'}")


if __name__ == "__main__":
    main(sys.argv[1:])
