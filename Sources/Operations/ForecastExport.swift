import LabourMarket
import Postgres

/// The rows of `export forecast` (contract section 3).
public struct ForecastExport {
  /// The columns of the contract in their order.
  public static let columns = [
    "as_of", "level", "chain", "region", "occupation", "month", "horizon", "mean", "p10", "p50", "p90", "threshold",
    "p_exceed",
  ]

  private let session: Session

  /// An export over a session.
  public init(_ session: Session) { self.session = session }

  /// Hands over every row of the newest forecast, or of the newest as of a month, as texts in the order of ``columns``.
  /// - Returns: the number of rows.
  /// - Throws: ``Failure`` when there is no such forecast.
  @discardableResult
  public func rows(asOf: Month?, _ body: ([String]) throws -> Void) throws -> Int {
    var count = 0
    try session.connection.forEachRow(
      session.queries["shortfall/export_forecast"],
      [.text(session.profile.city), .optional(asOf) { .text($0.firstDay.description) }]
    ) { row in
      count += 1
      try body(try Self.columns.indices.map { try row.optionalString($0) ?? "" })
    }
    guard count > 0 else {
      throw Failure(
        .failed, "There is no forecast\(asOf.map { " as of \($0)" } ?? "") for \(session.profile.city).",
        next: "Make one: labourwatch forecast\(asOf.map { " --as-of \($0)" } ?? "").")
    }
    return count
  }
}
