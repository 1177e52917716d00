import Containers
import Text

extension TemplateMoment {
  /// This moment: the only place where what a model reads depends on the clock.
  static var now: Self {
    let now = LocalTime.now
    return Self(
      year: now.year, month: now.month, day: now.day, hour: now.hour, minute: now.minute,
      second: now.second)
  }
}
