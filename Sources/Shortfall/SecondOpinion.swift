import Forecasting
import Glibc
import LabourMarket

/// A statistical forecast of the same openings, chain by chain (dynamic optimised Theta of the Forecasting room), and how much it deserves to
/// be heard.
///
/// At the newest past origins both forecasts are made from what was known then; the share of the second opinion at a horizon is its inverse squared
/// error over the sum of both (Bates and Granger, The combination of forecasts, 1969), stretched so that it is heard only where its squared error was the smaller
/// (both err together, and over the few origins of one city who was better is half luck), shrunk towards 0 by prior weight and capped.
struct SecondOpinion: Sendable {
  /// Past origins at which it is heard.
  static let origins = 6
  /// Pooled origins' worth of evidence against it.
  static let prior = 2.0
  /// Share by month ahead, 0…the cap.
  let shares: [Double]
  /// Chains × horizon, persons.
  let forecast: MonthTable

  /// Makes the second opinion now and at past origins.
  /// - Parameter first: the first opinion at an origin: chains × months ahead that have come.
  init?(
    _ panel: CityPanel, horizon: Int, settings: ShortfallSettings, rolling: RollingErrors,
    first: (RollingErrors.Origin) -> MonthTable
  ) {
    let cap = settings.statisticalShare
    guard cap > 0, panel.months >= settings.shortHistory + horizon, !panel.chains.isEmpty else { return nil }
    let openings = panel.openings.summed(by: panel.cells.map(\.chain), into: panel.chains.count)
    guard let now = Self.opinion(openings, horizon) else { return nil }
    var errors = [(first: Double, second: Double, count: Double)](repeating: (0, 0, 0), count: horizon)
    for origin in rolling.origins where origin.cut <= Self.origins + horizon - 1 {
      let known = panel.months - origin.cut
      guard let second = Self.opinion(openings.prefix(known), origin.forecast.months) else {
        continue
      }
      let own = first(origin)
      for h in 0..<origin.forecast.months {
        for c in 0..<panel.chains.count {
          let actual = openings[c, known + h]
          let scale = max(actual, 5)
          errors[h].first += (own[c, h] - actual) * (own[c, h] - actual) / scale
          errors[h].second += (second[c, h] - actual) * (second[c, h] - actual) / scale
        }
        errors[h].count += 1
      }
    }
    shares = errors.map { error in
      guard error.count > 0, error.first + error.second > 0 else { return 0 }
      let heard = error.first / (error.first + error.second)
      let share = min(max((heard - 0.5) / 0.4, 0), 1)
      return min(share * error.count / (error.count + Self.prior), cap)
    }
    forecast = now
  }

  private static func opinion(
    _ openings: MonthTable, _ horizon: Int
  ) -> MonthTable? {
    var out = MonthTable(rows: openings.rows, months: horizon)
    for c in 0..<openings.rows {
      guard let fit = try? Theta().fit(openings.row(c), season: 12, horizon: horizon) else { return nil }
      for h in 0..<horizon where fit.mean[h].isFinite { out[c, h] = max(fit.mean[h], 0) }
    }
    return out
  }
}
