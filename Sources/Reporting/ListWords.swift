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

  /// The measures in words.
  public func measures(_ advice: [MeasureAdvice]) -> String {
    advice.map { advice in
      let name = measureNames[advice.lever] ?? advice.lever
      let persons = advice.persons.map { TableText.grouped(whole($0)) } ?? ""
      return strings("measure.\(advice.reason.rawValue)", name, persons)
    }.joined(separator: strings("list.separator"))
  }
}
