import Assistance

/// Causes and measures in the words of a language.
public struct ListWords: Sendable {
  let strings: StringTable
  let measureNames: [String: String]

  /// Words of a language, with the names of the measures by code.
  public init(strings: StringTable, measureNames: [String: String]) {
    self.strings = strings
    self.measureNames = measureNames
  }

  /// The main cause in words.
  public func cause(_ cause: MainCause) -> String {
    let name = strings.find("driver.\(cause.driver)") ?? cause.driver
    return strings("cause", name, TableText.grouped(whole(cause.persons)), TableText.percent(cause.share, decimals: 0))
  }

  /// The quality codes in words, “good” where there are none; codes without a text are shown as they are.
  public func quality(_ codes: [String]) -> String {
    if codes.isEmpty { return strings("quality.good") }
    return codes.map { strings.find("quality.\($0)") ?? $0 }.joined(separator: strings("list.separator"))
  }

  /// The measures in words.
  public func measures(_ advice: [MeasureAdvice]) -> String {
    advice.map(measure).joined(separator: strings("list.separator"))
  }

  /// One measure in words.
  public func measure(_ advice: MeasureAdvice) -> String {
    let name = measureNames[advice.lever] ?? advice.lever
    let persons = advice.persons.map { TableText.grouped(whole($0)) } ?? ""
    let text = strings("measure.\(advice.reason.rawValue)", name, persons)
    let figures = figures(advice)
    return figures.isEmpty ? text : strings("measure.with", text, figures)
  }

  /// What can be expected of a measure, from five persons on, and what is left of it this year; without separators,
  /// so that a cell of a CSV needs no quotes.
  private func figures(_ advice: MeasureAdvice) -> String {
    var parts: [String] = []
    if whole(advice.effect) >= 5 { parts.append(strings("measure.effect", String(whole(advice.effect)))) }
    if let left = advice.left, let unit = advice.unit, unit == .sessions || whole(left) >= 5 {
      parts.append(strings("measure.left", String(whole(left)), strings("unit.\(unit.rawValue)")))
    }
    return parts.joined(separator: strings("list.comma"))
  }
}
