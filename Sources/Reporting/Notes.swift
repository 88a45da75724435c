import Assistance
import LabourMarket

/// One entry of the explanations: what is explained, and how.
public struct Note: Hashable, Sendable {
  /// What is explained.
  public var label: String
  /// The explanation.
  public var text: String
}

/// A titled group of explanations.
public struct NoteSection: Hashable, Sendable {
  /// The title.
  public var title: String
  /// The entries.
  public var notes: [Note]
}

/// Forms the explanations that are printed with every list: formulas, thresholds, data, run.
public struct Notes: Sendable {
  let header: ListHeader
  let strings: StringTable

  /// A former of explanations for a list.
  public init(header: ListHeader, strings: StringTable) {
    self.header = header
    self.strings = strings
  }

  /// The sections in the order of printing.
  public func sections() -> [NoteSection] {
    [
      NoteSection(title: strings("notes.data"), notes: data()),
      NoteSection(title: strings("notes.formulas"), notes: formulas()),
      NoteSection(title: strings("notes.levels"), notes: levels()),
      NoteSection(title: strings("notes.reading"), notes: reading()),
    ]
  }

  /// The title of the list.
  public var title: String {
    header.isCity
      ? strings("title.city", header.cityName) : strings("title.team", header.cityName, header.teamName)
  }

  /// Unit, night and cut-off in one line.
  public var unitLine: String {
    strings("unit", header.night.description, cutOff, header.asOf.description)
  }

  /// How many rows there are at each level, and the sum of the list now and at the horizon.
  public func summaryLine(_ list: ShortageList) -> String {
    let levels = list.levelCounts
    let counts = AlertLevel.alerts.map { level in
      strings("level.count", strings("level.\(level.rawValue)"), TableText.grouped(levels[level] ?? 0))
    }.joined(separator: strings("list.separator"))
    let total = list.rows.reduce(0) { $0 + whole($1.openings) }
    var line = strings("summary", counts, TableText.grouped(list.rows.count), TableText.grouped(total))
    if let trend = list.trends.first, trend.chain == nil, trend.forecast.count >= header.horizon, header.horizon > 0 {
      let point = trend.forecast[header.horizon - 1]
      line += strings(
        "summary.forecast", point.month.description, TableText.grouped(whole(point.p50)),
        TableText.grouped(whole(point.p10)), TableText.grouped(whole(point.p90)))
    }
    return line
  }

  private var cutOff: String {
    let text = header.knownUntil.description
    return String(text.prefix(10)) + " " + text.dropFirst(11).prefix(5)
  }

  private func data() -> [Note] {
    func share(_ value: Double?) -> String { value.map { TableText.percent($0) } ?? strings("unknown") }
    let missing =
      header.missingFeeds.isEmpty
      ? strings("notes.missing.none") : header.missingFeeds.joined(separator: strings("list.separator"))
    return [
      Note(label: strings("notes.cutoff"), text: strings("notes.cutoff.text", cutOff, header.asOf.description)),
      Note(label: strings("notes.response"), text: share(header.response)),
      Note(label: strings("notes.coverage"), text: share(header.coverage)),
      Note(
        label: strings("notes.history"),
        text: header.monthsOfHistory.map { strings("notes.months", String($0)) } ?? strings("unknown")),
      Note(label: strings("notes.missing"), text: missing),
      Note(
        label: strings("notes.model"),
        text: header.draws > 0
          ? strings("notes.model.text", header.model, TableText.grouped(header.draws)) : header.model),
      Note(label: strings("notes.inputs"), text: String(header.inputsDigest.prefix(12))),
    ]
  }

  private func formulas() -> [Note] {
    [
      "gap", "rate", "ratio", "forecast", "interval", "exceedance", "change", "rank", "cause", "pay", "supply",
      "measures", "enterprise",
    ].map { Note(label: strings("formula.\($0)"), text: strings("formula.\($0).text", horizonMonth)) }
  }

  /// The currency in words; its code where the language has no word for it.
  var currency: String { strings.find("currency.\(header.currency)") ?? header.currency }

  /// The month that levels and ranks are judged by.
  var horizonMonth: String {
    header.months.indices.contains(header.horizon - 1) ? header.months[header.horizon - 1].description : ""
  }

  private func levels() -> [Note] {
    let steps = header.rules.steps.sorted { $0.level > $1.level }
    var notes = steps.map { step in
      let name = strings("level.\(step.level.rawValue)")
      let least = TableText.percent(step.exceedance, decimals: 0)
      switch (step.rate, step.gap) {
      case (let rate?, let gap?):
        return Note(
          label: name,
          text: strings(
            "levels.both", least, TableText.percent(rate, decimals: 0), TableText.grouped(whole(gap))))
      case (let rate?, nil):
        return Note(label: name, text: strings("levels.rate", least, TableText.percent(rate, decimals: 0)))
      case (nil, let gap?):
        return Note(label: name, text: strings("levels.gap", least, TableText.grouped(whole(gap))))
      case (nil, nil):
        let key = step.level == .blue && !header.rules.blueQuality.isEmpty ? "levels.blue" : "levels.only"
        return Note(label: name, text: strings(key, least))
      }
    }
    if header.rules.rateNeedsGap > 0 {
      notes.append(
        Note(
          label: strings("levels.least"),
          text: strings("levels.least.text", TableText.grouped(whole(header.rules.rateNeedsGap)))))
    }
    notes.append(
      Note(
        label: strings("levels.life"), text: strings("levels.life.text", String(header.life.calmNights), horizonMonth)))
    return notes
  }

  private func reading() -> [Note] {
    [
      Note(
        label: strings("reading.scope"), text: strings("reading.scope.text", TableText.grouped(whole(header.leastGap)))),
      Note(label: strings("reading.fill"), text: strings("reading.fill.text")),
      Note(label: strings("reading.totals"), text: strings("reading.totals.text")),
      Note(label: strings("reading.privacy"), text: strings("reading.privacy.text")),
    ]
  }
}
