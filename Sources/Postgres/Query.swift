/// A statement and the name under which errors speak of it.
///
/// A string literal is a query too, but an interpolated string is not: values travel as parameters, and longer
/// statements live as files (``QueryCatalog``).
public struct Query: Sendable, Hashable, ExpressibleByStringLiteral {
  /// What errors call it, for example `ingestion/merge_vacancies`; nil for literals.
  public let name: String?
  /// The statement.
  public let text: String

  /// A named statement.
  public init(name: String?, text: String) {
    self.name = name
    self.text = text
  }

  /// A statement written in place.
  public init(stringLiteral text: String) {
    name = nil
    self.text = text
  }
}
