"""What the second engine keeps: sources, pods, probes, events, and what is counted for a label set."""

FILLING_UP = 60.0  # "for up to a minute after its start a kubelet serves pages that fill up"
TRUTH_WAIT = 15.0
HOLD_BACK = 30.0
LEFTOVER = 120.0
LEFT_COUNTERS = 3600.0
STALE_AFTER = 30.0
TROUBLE = 120.0
INCIDENT_END = 300.0
SLOW_WINDOW = ("5m", 300.0)  # of near_timeout_ratio and timeout_headroom_ratio
DEFAULT_FAILURE_THRESHOLD = 3
DEFAULT_PERIOD = 10.0
KINDS = ("Readiness", "Liveness", "Startup")
STATES = ("passing", "not_running", "acting", "stalled", "initializing", "failing")
SIGNALS = ("cpu_throttled", "memory_limit", "cpu_pressure", "memory_pressure", "io_pressure")

ERROR_REASONS = (
    "dns connect tls auth forbidden timeout status truncated size parse".split()
)


class SourceState:
    def __init__(self):
        self.is_up = False
        self.last_success = None
        self.first_success = None
        self.bytes = 0
        self.samples = 0
        self.parse_errors = 0
        self.errors = dict.fromkeys(ERROR_REASONS, 0)


class Extra:
    """Failures that join a run only if something proves true that is not known yet."""

    def __init__(self, kind, failures, time):
        self.kind = kind  # "mixed" or "initial"
        self.failures = failures
        self.time = time
        self.value = None  # unknown; else 0 or failures


class FirstRun:
    """A run of failures that stood already at the exporter's first reading."""

    def __init__(self, time, has_success):
        self.time = time
        self.has_success = has_success
        self.since = None  # of a probe with successes: None unknown, False not in a run, else when


class Event:
    """The increments of one probe in one reading."""

    def __init__(self, time, probe, succeeded, failed, unknown):
        self.time = time
        self.probe = probe
        self.succeeded = succeeded
        self.failed = failed
        self.unknown = unknown
        self.run = 0  # the run after this reading, without its extra
        self.extra = None
        self.is_baseline = False
        self.after = float("-inf")  # when the good reading before was
        self.is_by_default = False  # judged by, since the threshold was unknown
        self.reached = False  # the run had reached the threshold; known once judged
        self.is_kill = False  # the same, as the end of the container told
        self.phase = None

    def run_total(self):
        return self.run + (self.extra.value or 0 if self.extra else 0)


class Probe:
    """One probe of one container of one pod."""

    def __init__(self, container, kind):
        self.container = container
        self.kind = kind
        self.history = []
        self.run = 0
        self.extra = None
        self.first_run = None
        self.since = None  # the first failure after the last success, of readings without success
        self.since_extra = None  # a reading with both results, that may have begun the run
        self.last_success = None
        self.last_failure = None
        self.was_acting = False  # when the kubelet process ended
        self.seen_run = 0  # the longest that may go on, when /pods last showed the container
        self.unseen = []  # the events after that
        self.seen_at = float("-inf")  # when that was
        self.is_reached_at_first = False  # the threshold, in the exporter's first reading


class Instance:
    """One life of a container: the readings after `after` and not before `start` belong to it."""

    def __init__(self, identity, start, after, shown):
        self.id = identity
        self.start = start
        self.after = after
        self.shown = shown

    def owns(self, time):
        return time > self.after and (self.start is None or time >= self.start)


class Succession:
    """How a container followed on the one before it, as far as /pods tells."""

    def __init__(self, restarts):
        self.restarts = max(1, restarts)
        self.is_dated = False
        self.ended = float("inf")
        self.started = float("-inf")


class Quiet:
    """How long a probe that should run has counted no attempt."""

    def __init__(self):
        self.seconds = 0.0
        self.held = False  # its conditions, at the last good reading
        self.life = None


class PodState:
    """One pod by its uid."""

    def __init__(self, uid, namespace, kubelet_name, first_seen):
        self.uid = uid
        self.namespace = namespace
        self.kubelet_name = kubelet_name
        self.first_seen = first_seen
        self.starts_before = {}  # container -> the reading of starts before it was first seen
        self.listing = None  # the last record in /pods, kept until the pod is forgotten
        self.in_probes = False
        self.on_page = False  # of the last page of probes
        self.in_pods = False
        self.absences = []  # the good /pods readings since the last one that had it
        self.is_held = False
        self.is_on_page = False  # some page had it
        self.is_shown = False  # the same, or would have had it
        self.gone_at = None
        self.probes = {}  # (container, kind) -> Probe
        self.known = {}  # kind -> (by a first good reading?, when)
        self.met = {}  # container -> the reading of rows before its first series
        self.waiting = []  # events whose failures have no phase yet; all events while held
        self.instances = {}  # container -> [Instance]
        self.listed_at = {}  # container -> last good pods reading with an id
        self.quiet = {}  # (container, kind) -> Quiet
        self.contradictions = {}  # container -> the reading since which rows and status differ
        self.restart_counts = {}  # container -> restartCount
        self.restarted = {}  # containers whose restartCount rose in the last /pods: by how much
        self.seen_before = {}  # container -> the last /pods before this one with an id
        self.ran_before = {}  # container -> the last one that showed it running
        self.running_at = {}  # the same, with this one
        self.troubles = []  # times of steady failures and of liveness and startup restarts
        self.slow_starts = set()  # containers with a liveness failure in phase startup
        self.tight_since = {}  # (container, kind) -> since when the headroom is below 0.2
        self.has_readiness = None  # (by the first good /pods?, when) since it is known
        self.ready_seen = None  # (status, lastTransitionTime) as last read
        self.ready_read = None  # the time of the last /pods reading, if that told `Ready`
        self.was_ready = False
        self.kubelets_edges = {}  # (status, lastTransitionTime) -> whether a new kubelet process made it

    def labels(self):
        if self.listing is None:
            return self.namespace, self.kubelet_name, "", ""
        pod = self.listing
        return pod.namespace, pod.name, pod.workload, pod.workload_type

    def age(self):
        """CHOICE "the younger of the two": by creation, else the pod's start, else first sight."""
        pod = self.listing
        born = pod and (pod.created if pod.created is not None else pod.start_time)
        return (self.first_seen if born is None else born, self.first_seen, self.uid)

    def settings(self, container, kind):
        found = self.listing and self.listing.containers.get(container)
        return found.probes.get(kind) if found else None

    def has_probe(self, container, kind):
        return (container, kind) in self.probes or self.settings(container, kind) is not None

    def all_probes(self):
        """The probes that are known, from series or from /pods, as (container, kind)."""
        found = dict.fromkeys(self.probes)
        if self.listing is not None:
            for container in self.listing.containers.values():
                found.update(dict.fromkeys((container.name, kind) for kind in container.probes))
        return list(found)

    def has_kind(self, kind):
        return any(found == kind for _, found in self.all_probes())

    def know(self, kind, is_first, now):
        self.known.setdefault(kind, (is_first, now))

    def is_terminating(self):
        """"terminating if the pod has a deletion time, or is missing from that /pods reading". A
        pod that /pods never named is not."""
        return self.listing is not None and (self.listing.deleted is not None or not self.in_pods)

    def is_living(self):
        return not self.is_held and self.gone_at is None and not self.is_terminating()


class Count:
    """One counter series of ours; "born at zero" when late."""

    def __init__(self):
        self.value = 0
        self.born = None
        self.is_late = True

    def bear(self, now, is_late=True):
        if self.born is None:
            self.born, self.is_late = now, is_late

    def unbear(self, now):
        """The page left it out: it appears later."""
        if self.born == now:
            self.born = None

    def served(self, now, born_at_zero):
        return 0 if self.is_late and now < self.born + born_at_zero else self.value


class Phase:
    """Attempts and failures of one phase, "born together"."""

    def __init__(self):
        self.attempts = Count()
        self.failures = Count()

    def bear(self, now, is_late):
        self.attempts.bear(now, is_late)
        self.failures.bear(now, is_late)


class ServedSet:
    """One served label set of P: what is counted belongs to it, whichever pods it came from."""

    def __init__(self):
        self.phases = {}
        self.causes = {}
        self.steady = []  # (time, successes, attempts)
        self.durations = []  # (time, container, increments by bound and "count")


class PodSet:
    """The same for `namespace, pod, workload, workload_type`."""

    def __init__(self):
        self.restarts = {}  # (container, reason) -> Count
        self.transitions = None
        self.seconds = None


def increase(previous, current):
    """Section 3, rules 2 to 4: "increment = current − previous; if current < previous, the series
    began again: increment = current"; born in between: "increment = current"."""
    return current if previous is None or current < previous else current - previous


def failure_threshold(pod, probe):
    """"`failureThreshold` (3 if unknown)"."""
    settings = pod.settings(probe.container, probe.kind)
    return settings.failure_threshold if settings else DEFAULT_FAILURE_THRESHOLD


def startup_budget(settings):
    """`initialDelay + failureThreshold × period`"""
    return settings.initial_delay + settings.failure_threshold * settings.period


def startup_grace(pod, container, grace):
    """"`startup_grace` (or the startup probe's own budget if longer)"."""
    startup = pod.settings(container, "Startup")
    return max(grace, startup_budget(startup)) if startup else grace


def base_phase(kind):
    return "startup" if kind == "Startup" else "steady"
