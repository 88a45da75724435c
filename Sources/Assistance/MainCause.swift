/// The driver that explains most of a node's expected shortage.
public struct MainCause: Hashable, Sendable {
  /// The driver's code (`planned`, `replacement`, `carried_over`, …).
  public var driver: String
  /// Persons that it adds.
  public var persons: Double
  /// Its share of all that adds to the shortage, 0…1.
  public var share: Double

  /// The largest of the drivers that add to the shortage; `nil` where none does.
  ///
  /// What was carried over from earlier months is a cause only where it outweighs everything new, because “there were openings before” is
  /// no reason an officer can act on. Equal drivers are taken in the order of their codes. Complexity: O(n log n).
  public init?(drivers: [(driver: String, persons: Double)]) {
    let adding = drivers.filter { $0.persons > 0.5 }.sorted {
      $0.persons == $1.persons ? $0.driver < $1.driver : $0.persons > $1.persons
    }
    let total = adding.reduce(0) { $0 + $1.persons }
    guard let first = adding.first else { return nil }
    let rest = adding.filter { $0.driver != "carried_over" }
    let new = rest.reduce(0) { $0 + $1.persons }
    let chosen = first.driver == "carried_over" && first.persons < 2 * new ? rest.first ?? first : first
    driver = chosen.driver
    persons = chosen.persons
    share = chosen.persons / total
  }
}
