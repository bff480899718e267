#include "exporter/demo/behaviours.h"

#include <cmath>

namespace podprobe {
namespace {

constexpr double kUsualSeconds = 0.004;

Answer Ok(double after_seconds, Random* random) {
  return {.kind = Answer::Kind::kOk, .after_seconds = after_seconds * random->Uniform(0.6, 1.8)};
}

Answer Bad(Random* random) {
  return {.kind = Answer::Kind::kBad, .after_seconds = kUsualSeconds * random->Uniform(0.6, 1.8)};
}

}  // namespace

Behaviour Passes(double after_seconds) {
  return [=](const ProbeMoment&, Random* random) { return Ok(after_seconds, random); };
}

Behaviour Fails() {
  return [](const ProbeMoment&, Random* random) { return Bad(random); };
}

Behaviour Flaps(FlapTimes times) {
  return [=](const ProbeMoment& moment, Random* random) {
    const double in_cycle = std::fmod(moment.unix_seconds, times.cycle_seconds);
    const bool is_failing = in_cycle >= times.cycle_seconds - times.failing_seconds;
    return is_failing ? Bad(random) : Ok(kUsualSeconds, random);
  };
}

Behaviour FailsUntil(double uptime_seconds) {
  return [=](const ProbeMoment& moment, Random* random) {
    return moment.uptime_seconds < uptime_seconds ? Bad(random) : Ok(kUsualSeconds, random);
  };
}

Behaviour Answers(AnswerTimes times) {
  return [=](const ProbeMoment&, Random* random) {
    return Answer{.after_seconds = random->Uniform(times.least_seconds, times.most_seconds)};
  };
}

Behaviour SlowsDownFrom(double uptime_seconds) {
  return [=](const ProbeMoment& moment, Random* random) {
    Answer answer = Ok(kUsualSeconds, random);
    if (moment.uptime_seconds > uptime_seconds) {
      answer.after_seconds += (moment.uptime_seconds - uptime_seconds) * 0.2;
    }
    return answer;
  };
}

Behaviour CannotRun() {
  return [](const ProbeMoment&, Random*) {
    return Answer{.kind = Answer::Kind::kCannotRun, .after_seconds = 0.02};
  };
}

}  // namespace podprobe
