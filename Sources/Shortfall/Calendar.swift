import Glibc
import LabourMarket

/// What a calendar month says about hiring in China: its place in the year and its distance from Spring Festival.
enum Calendar {
  /// Number of festival features.
  static let festivalFeatures = 3

  /// Bumps centred 20 days before, at, and 20 days after the nearest festival, 12 days wide, for the middle of the month;
  /// zeros outside the table of festivals.
  static func festival(_ month: Month) -> [Double] {
    guard let days = SpringFestival.daysUntilNearest(from: month.firstDay + 14) else { return [0, 0, 0] }
    return [20.0, 0, -20].map { centre in
      let z = (Double(days) - centre) / 12
      return exp(-0.5 * z * z)
    }
  }

  /// Cosine and sine of the `harmonic`-th wave of the year.
  static func wave(_ month: Month, harmonic: Int) -> (cosine: Double, sine: Double) {
    let angle = 2 * Double.pi * Double(harmonic) * Double(month.month - 1) / 12
    return (cos(angle), sin(angle))
  }
}
