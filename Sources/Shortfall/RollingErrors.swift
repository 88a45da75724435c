import Dispatch
import Glibc
import LabourMarket

/// What the estimator would have said at past months beside what came: the material of calibration and combination.
struct RollingErrors: Sendable {
  /// One past origin.
  struct Origin: Sendable {
    /// Months before the panel's as-of month.
    let cut: Int
    /// Cells × (number of months ahead that have come), forecast openings.
    let forecast: MonthTable
  }

  let origins: [Origin]

  /// Repeats the estimate at the newest `settings.rollingOrigins` months that leave a year of history.
  ///
  /// Learned variances are those of the newest fit; coefficients are fitted anew from each origin's own months. Threads share
  /// nothing, so the result does not depend on their number.
  init(_ panel: CityPanel, horizon: Int, settings: ShortfallSettings, demand: DemandModel.Projection, fill: FillModel) {
    let count = max(0, min(settings.rollingOrigins, panel.months - 12 - 1))
    guard count > 0, !panel.cells.isEmpty, panel.months >= settings.shortHistory else {
      origins = []
      return
    }
    var past = settings
    past.shortHistory = 0
    let warm = demand.warm
    let fixed = past
    origins = concurrentMap(count, threads: settings.threads) { i in
      Self.origin(panel, cut: i + 1, horizon: min(horizon, i + 1), settings: fixed, warm: warm, fill: fill)
    }
  }

  private static func origin(
    _ panel: CityPanel, cut: Int, horizon: Int, settings: ShortfallSettings, warm: DemandModel.Warm, fill: FillModel
  ) -> Origin {
    let then = panel.truncated(by: cut)
    let projection = DemandModel.project(then, horizon: horizon, settings: settings, warm: warm)
    let model = FillModel(then, settings: settings, warm: fill)
    let seekers = SupplyOutlook.seekers(then, horizon: horizon, arrivalRate: settings.arrivalRate)
    let balance = LabourBalance(then, newOpenings: projection.newOpenings, fill: model, seekers: seekers)
    return Origin(
      cut: cut, forecast: balance.openings)
  }
}

/// The results of `body` for 0…count−1, in order, computed on at most `threads` threads.
func concurrentMap<T: Sendable>(_ count: Int, threads: Int, _ body: @Sendable (Int) -> T) -> [T] {
  let workers = max(1, min(threads, count))
  guard workers > 1 else { return (0..<count).map(body) }
  return [T](unsafeUninitializedCapacity: count) { buffer, initialized in
    let slots = Slots(base: buffer)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for i in stride(from: worker, to: count, by: workers) { slots.base.initializeElement(at: i, to: body(i)) }
    }
    initialized = count
  }
}

/// A buffer of which every thread writes its own elements.
private struct Slots<T>: @unchecked Sendable {
  let base: UnsafeMutableBufferPointer<T>
}
