"""The scores of `lora eval` beside scikit-learn's, to 1e-12.

    scores.py LORA      LORA is the binary; needs numpy and scikit-learn

For tables of two classes, of five, and of values, ones with ties, rare and absent classes and constant
targets among them, networks are pretrained by LORA; `lora eval --json` is then compared with what
scikit-learn makes of `lora predict --logits`, which writes every bit. Where a score is undefined
scikit-learn says 0 or 1 with a warning, or fails; lora says null, which is checked too. Ends with
status 0 when all agree.
"""
import csv
import io
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from sklearn import metrics

BINARY = str(pathlib.Path(sys.argv[1]).resolve())
worst = 0.0


def lora(*words):
    done = subprocess.run([BINARY, *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def write(path, columns, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def check(what, found, expected):
    global worst
    if expected is None:
        ok, gap = found is None, 0.0
    else:
        gap = math.inf if found is None else abs(found - expected) / max(1.0, abs(expected))
        ok = gap <= 1e-12
    worst = max(worst, gap)
    print(f"{'ok ' if ok else 'NO '} {what:45} {found!s:22} {expected!s:22}")
    return ok


def outputs(base, table):
    rows = list(csv.reader(io.StringIO(lora("predict", base, table, "--logits"))))[1:]
    return rows


def classes(folder, name, classes, learn, test):
    """A network on `learn`, scored on `test`: rows of x1, x2 and a class."""
    columns = ["x1", "x2", "y"]
    base = folder / name
    lora("pretrain", write(folder / "learn.csv", columns, learn), "--hidden", 8, "--steps", 60,
         "--holdout", 0, "--task", "classification", "-o", base)
    table = write(folder / "test.csv", columns, test)
    found = json.loads(lora("eval", base, table, "--json", "--resamples", 0))
    rows = outputs(base, table)
    guesses, truth = [row[0] for row in rows], [row[2] for row in test]
    names = classes
    ok = check(f"{name}: accuracy", found["accuracy"], metrics.accuracy_score(truth, guesses))
    most = max(truth.count(each) for each in names) / len(truth)
    ok &= check(f"{name}: baseline", found["baseline_accuracy"], most)
    each = metrics.precision_recall_fscore_support(truth, guesses, labels=names, zero_division=0)
    for place, label in enumerate(names):
        one = found["classes"][place]
        assert one["class"] == label
        for key, values in zip(("precision", "recall", "f1", "rows"), each):
            ok &= check(f"{name}: {key} of {label}", one[key], float(values[place]))
    if len(names) == 2:
        scores = np.array([float(row[2]) - float(row[1]) for row in rows])
        positive = np.array(truth) == names[1]
        for place, key in enumerate(("precision", "recall", "f1")):
            ok &= check(f"{name}: {key}", found[key], float(each[place][1]))
        both = 0 < positive.sum() < len(positive)
        ok &= check(f"{name}: ROC AUC", found["roc_auc"],
                    float(metrics.roc_auc_score(positive, scores)) if both else None)
        ok &= check(f"{name}: average precision", found["average_precision"],
                    float(metrics.average_precision_score(positive, scores)) if both else None)
        print(f"    {len(scores) - len(set(scores))} ties in {len(scores)} rows")
    else:
        for average in ("macro", "weighted"):
            ok &= check(f"{name}: {average} F1", found[f"{average}_f1"],
                        float(metrics.f1_score(truth, guesses, average=average, zero_division=0)))
    return ok


def values(folder, name, learn, test, targets):
    """A network on `learn`, scored on `test`: rows of x1, x2 and the targets."""
    columns = ["x1", "x2", *targets]
    base = folder / name
    lora("pretrain", write(folder / "learn.csv", columns, learn), "--hidden", 8, "--steps", 60,
         "--holdout", 0, "--target", ",".join(targets), "--task", "regression", "-o", base)
    table = write(folder / "test.csv", columns, test)
    found = json.loads(lora("eval", base, table, "--json", "--resamples", 0))
    y = np.array([[float(field) for field in row] for row in outputs(base, table)])
    t = np.array([row[2:] for row in test])
    ok = check(f"{name}: mean squared error", found["loss"], metrics.mean_squared_error(t, y))
    ok &= check(f"{name}: MAE", found["mae"], metrics.mean_absolute_error(t, y))
    ok &= check(f"{name}: RMSE", found["rmse"], math.sqrt(metrics.mean_squared_error(t, y)))
    mean = np.broadcast_to(t.mean(0), t.shape)
    ok &= check(f"{name}: RMSE of the mean", found["baseline_rmse"],
                math.sqrt(metrics.mean_squared_error(t, mean)))
    each = [None if len(set(t[:, place])) == 1 else value
            for place, value in enumerate(metrics.r2_score(t, y, multioutput="raw_values"))]
    for one, target, value in zip(found["targets"], targets, each):
        assert one["target"] == target
        ok &= check(f"{name}: R² of {target}", one["r2"], value)
    known = [place for place, value in enumerate(each) if value is not None]
    ok &= check(f"{name}: R², uniform average", found["r2"],
                metrics.r2_score(t[:, known], y[:, known]) if known else None)
    return ok


def main():
    numbers = np.random.default_rng(5)

    def blobs(names, shares, count, digits=6):
        """Rows around a place of each class's own; with few digits many are the same."""
        rows = []
        for place in numbers.choice(len(names), size=count, p=shares):
            angle = 2 * math.pi * place / len(names)
            x = numbers.normal((math.cos(angle), math.sin(angle)), 0.8)
            rows.append([round(float(x[0]), digits), round(float(x[1]), digits), names[place]])
        return rows

    def lines(count, *factors):
        # Binary fractions, which f32 and decimals have exactly.
        rows = []
        for _ in range(count):
            x = numbers.integers(-512, 512, 2) / 256
            noise = numbers.integers(-64, 64, len(factors)) / 256
            rows.append([*x.tolist(), *(float(f[0] * x[0] + f[1] * x[1] * x[0] + f[2] + f[3] * e)
                                        for f, e in zip(factors, noise))])
        return rows

    ok = True
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        two, five = ["no", "yes"], ["a", "b", "c", "d", "e"]
        rare = blobs(two, [0.95, 0.05], 600)
        ok &= classes(folder, "rare", two, rare, blobs(two, [0.95, 0.05], 900))
        ok &= classes(folder, "ties", two, rare, blobs(two, [0.6, 0.4], 900, digits=0))
        ok &= classes(folder, "one-class", two, rare, [row for row in rare if row[2] == "no"])
        all_five = blobs(five, [0.4, 0.3, 0.15, 0.1, 0.05], 600)
        ok &= classes(folder, "five", five, all_five, blobs(five, [0.2] * 5, 900))
        ok &= classes(folder, "absent", five, all_five,
                      [row for row in all_five if row[2] in "ab"])
        one, many = [(2, 0, 1024, 1)], [(2, 1, 0, 1), (100, 0, 4096, 64), (0, 0, 7, 0)]
        ok &= values(folder, "value", lines(300, *one), lines(200, *one), ["y"])
        ok &= values(folder, "values", lines(300, *many), lines(200, *many), ["y", "large", "same"])
        ok &= values(folder, "constant", lines(300, *one),
                     [row[:2] + [3.0] for row in lines(50, *one)], ["y"])
    print(f"largest gap {worst:.1e}; {'all agree' if ok else 'NOT ALL AGREE'}")
    sys.exit(not ok)


if __name__ == "__main__":
    main()
