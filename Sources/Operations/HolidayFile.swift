import Ingestion
import LabourMarket

/// Statutory holidays and the weekend days that are worked for them, from a CSV `day,kind,name` with the kinds `holiday` and `workday`.
enum HolidayFile {
  /// Reads a file.
  /// - Parameter node: the key of the profile that names it, for messages.
  /// - Throws: ``YAMLFault`` where the file is missing, ``Failure`` (usage) that names the line at fault.
  static func read(_ path: String, _ node: YAMLDocument) throws -> (
    holidays: Set<CalendarDay>, workdays: Set<CalendarDay>
  ) {
    guard let bytes = FileSystem.bytes(path) else {
      throw node.fault("the file \(path) is missing or cannot be read: a CSV with the columns day,kind,name.")
    }
    var days: (holidays: Set<CalendarDay>, workdays: Set<CalendarDay>) = ([], [])
    for row in try ReferenceRow.rows(of: bytes, path, columns: ["day", "kind"]) {
      switch (CalendarDay(row["day"] ?? ""), row["kind"]) {
      case (let day?, "holiday"): days.holidays.insert(day)
      case (let day?, "workday"): days.workdays.insert(day)
      default:
        throw Failure.usage(
          "\(path):\(row.line): should hold a day such as 2022-02-01 and one of holiday, workday.",
          next: "Mend the line.")
      }
    }
    return days
  }
}
