"""The buttons of a run, how far it is, what goes wrong with it, and its learning rate while it runs."""

import math

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from imgcls.numbers import fixed, percent, whole, written
from imgcls.plain import markdown
from imgcls.training.config import TrainConfig
from imgcls.ui.training import race
from imgcls.ui.training.choices import RATES
from imgcls.ui.training.run import PageRun, go_on, start, stop
from imgcls.ui.training.words import ENDS, FINDINGS, duration


def buttons(run: PageRun | None, config: TrainConfig | None) -> None:
    """Train, Pause, Step, Stop: those that make sense now; and why the last press of one was refused."""
    row = st.container(horizontal=True, vertical_alignment="center", key="train_buttons")
    active = run is not None and run.active
    if run is None or not active:
        label = "Train" if run is None else "Train anew"
        if row.button(
            label,
            icon=":material/play_arrow:",
            type="primary",
            disabled=config is None,
            key="train_go",
            width=220 if run is None else "content",
        ):
            _after(start(config))
        if seconds := race.host.seconds():
            row.caption(f":material/flag: Your class has a race: your next run lasts up to {seconds} seconds.")
    if active and run.own:
        _commands(row, run)
    elif active or (run and run.elsewhere):
        where = "window" if active else "server"
        row.caption(f"This run belongs to another {where}: here you can watch it.")
    elif (
        run
        and run.can_go_on
        and row.button(
            "Resume", icon=":material/resume:", key="train_resume", help="From the last checkpoint, a few seconds old."
        )
    ):
        _after(go_on(run))
    if trouble := st.session_state.pop("train_trouble", None):
        st.error(markdown(trouble), icon=":material/error:")


def _commands(row: DeltaGenerator, run: PageRun) -> None:
    """Of a run that waits, runs or pauses."""
    paused, waits = run.followed.paused, run.job.state == "queued"
    if row.button(
        # One type: with another it would be another button, and the focus gone.
        "Resume" if paused else "Pause", type="primary", key="train_pause",
        icon=":material/play_arrow:" if paused else ":material/pause:",
        disabled=run.followed.started is None or waits,
    ):  # fmt: skip
        run.send({"pause": not paused}, wake=True)
        if run.waits:
            st.rerun()  # it has a place in the queue now
    if row.button("One step", icon=":material/skip_next:", disabled=not paused or waits, key="train_one"):
        run.send({"steps": 1}, wake=True)
    if row.button("Stop", icon=":material/stop:", key="train_stop"):
        stop(run)
        if not run.active:
            st.rerun()


def _after(trouble: str) -> None:
    st.session_state["train_trouble"] = trouble
    st.rerun()


def progress(run: PageRun) -> None:
    """One bar and one line: how far, how fast, on what, how long still; or how it ended."""
    followed, status = run.followed, run.job.status if run.job else None
    if status and status.state == "queued":
        others = f" Your place in the queue: {status.place}." if status.place else ""
        share = min(1.0, followed.step / followed.total_steps) if followed.total_steps else 0.0
        st.progress(share, f":material/hourglass_top: Waiting for a free worker.{others}")
    elif run.active and followed.started is None:
        loading = followed.loading
        share = loading.done / max(1, loading.total) if loading else 0.0
        st.progress(
            share, f"{loading.what}: {whole(loading.done)} of {whole(loading.total)}" if loading else "Getting ready"
        )
    elif run.active and not followed.steps:
        st.progress(0.0, "First steps")
    elif followed.steps:
        _progress_line(run)
    elif not (status and status.state == "failed"):
        st.caption(":material/stop_circle: This run ended before its first step.")


def _progress_line(run: PageRun) -> None:
    followed, last = run.followed, run.followed.steps[-1]
    config = run.config
    total = followed.total_steps
    share = last.step / total if total else min(1.0, last.epoch / config.epochs if config else 1.0)
    epochs = f"epoch {fixed(last.epoch, 1)} of {config.epochs}" if config else f"epoch {fixed(last.epoch, 1)}"
    best = f" · best **{percent(followed.best.val_accuracy)}**" if followed.best else ""
    if run.active and run.waits:
        ahead = ":material/pause: paused; another run has its place"
    elif run.active and followed.paused:
        ahead = ":material/pause: paused"
    elif run.active:
        ahead = f"**{duration(last.seconds_left)} left**"
    elif followed.finished:
        done = ":material/check: " if followed.finished.reason == "epochs" else ":material/stop_circle: "
        ahead = f"{done}**{ENDS[followed.finished.reason]}** after {fixed(followed.finished.seconds, 1)} s"
    else:
        ahead = ":material/stop_circle: ended early"
    speed = f"{whole(last.images_per_second)} images/s"
    st.progress(min(1.0, share), f"{ahead} · {epochs} · {speed}{best}")


def rate_while_running(run: PageRun) -> None:
    """The learning rate of the running job, changeable at any moment."""
    config = run.config
    if not (run.active and run.own and config and run.followed.started):
        return
    options = sorted({*RATES, config.lr})
    key = f"train_rate:{run.id}"
    # After a reload: not that of the start, but what was chosen since. It is the slider's own start: a value that is
    # set is sent once, and a slow browser that misses it would command the smallest rate of all.
    first = f"{key}:first"
    if first not in st.session_state:
        told = run.followed.rate_told(config)
        st.session_state[first] = min(options, key=lambda each: abs(math.log(each / told)))
    now = run.followed.steps[-1].lr if run.followed.steps else config.lr
    steady = config.schedule == "constant"
    label = "Learning rate" if steady else f"Peak learning rate (now: {written(now, 2)}, {config.schedule})"
    st.select_slider(
        label, options, st.session_state[first], key=key, format_func=lambda number: f"{number:g}",
        on_change=lambda: run.send({"lr": st.session_state[key]}),
    )  # fmt: skip


def trouble(run: PageRun) -> None:
    """Why the run ended, if that was nobody's wish; and why nothing of it is kept."""
    status = run.job.status if run.job else None
    if run.unsaved:
        st.warning(_unsaved_words(run), icon=":material/save:")
    if status and status.state in ("lost", "released"):
        what = "Press “Resume”: it continues from its last checkpoint." if run.can_go_on else "Train anew, please."
        if status.state == "lost":
            st.error(f"{markdown(status.sentence)} {what}", icon=":material/heart_broken:")
        else:
            st.info(f"{markdown(status.sentence)} {what}", icon=":material/timer_off:")
    elif status and status.state == "failed":
        st.error(markdown(status.sentence), icon=":material/error:")


def _unsaved_words(run: PageRun) -> str:
    """The run goes on all the same: what does that cost?"""
    if run.unkept or not run.followed.unsaved.step:
        return (
            f"The server cannot keep this run ({run.unsaved}). You can watch it learn, but not look back, compare "
            "it or use it afterwards. Tell the person who runs the server."
        )
    return (
        f"Since step {whole(run.followed.unsaved.step)} the server cannot keep this run ({run.unsaved}). It goes on "
        "learning, but later steps cannot be looked back at. Tell the person who runs the server."
    )


def machine(run: PageRun) -> None:
    """On what it is computed, how, and what that choice rests on."""
    started = run.followed.started
    if started is None:
        return
    tried = [trial for trial in started.trials if trial.images_per_second]
    speeds = ", ".join(f"{trial.mode} {whole(trial.images_per_second)}" for trial in tried)
    chosen = f"The fastest of {len(tried)} ways in a short trial, in images/s: {speeds}." if tried else None
    threads = "1 thread" if started.threads == 1 else f"{started.threads} threads"
    device = f"CPU, {threads}" if started.device == "cpu" else started.device
    st.caption(f"{device}, **{started.mode}** · {whole(started.parameters)} parameters", help=chosen)


def findings(run: PageRun) -> None:
    """What goes wrong, in words."""
    for finding in run.followed.findings:
        st.warning(
            f"**Step {whole(finding.since)}: {FINDINGS[finding.kind]}.** {finding.sentence}", icon=":material/search:"
        )
