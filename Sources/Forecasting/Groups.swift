/// The groups of a panel's series, for shares of models that differ between them.
///
/// Given groups (``Series/group``) are taken when there are two or more. Otherwise groups are found: series that show a season
/// (``Seasonality/isSeasonal(_:season:)``) and series that do not.
struct SeriesGroups: Sendable {
  /// Names by number.
  let names: [String]
  /// The group of every series.
  let index: [Int]
  /// Whether the groups were given, not found.
  let areGiven: Bool

  init(_ panel: Panel, prepared: [PreparedSeries], season: Int, threads: Int) {
    let given = Set(panel.series.compactMap(\.group))
    areGiven = given.count > 1
    if areGiven {
      let sorted = given.sorted()
      let place = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($0.element, $0.offset) })
      names = sorted + ["without a group"]
      index = panel.series.map { s in s.group.flatMap { place[$0] } ?? sorted.count }
      return
    }
    names = ["not seasonal", "seasonal"]
    index = Parallel.map(prepared.count, threads: threads, chunk: 64) {
      season > 1 && Seasonality.isSeasonal(prepared[$0].values, season: season) ? 1 : 0
    }
  }
}
