import Assistance
import LabourMarket
import Reporting

/// What the database keeps of a measure on a night.
struct MeasureRecord: Encodable {
  var measure: String, kind: String, unit: String?, capacity: Double?, used: Double, priorShare: Double, share: Double
  var hiredInCases: Double, hiredAsReported: Double, closure: Double
}

/// The plans for the measures, as the documents show them and as the database keeps them.
extension ReportBuilder {
  /// The sheets of the whole city by their keys in the texts; empty where the profile has no measures.
  var planSheets: [(key: String, sheet: PlanSheet)] {
    guard !profile.reference.levers.isEmpty else { return [] }
    return [("effects", effects)]
  }

  private var effects: PlanSheet {
    let rows = profile.reference.levers.compactMap { lever in
      outlook.states[lever.code].map { state in
        MeasureRow(
          name: names.measures[lever.code] ?? lever.code,
          groups: OfficerGroup.allCases.filter(lever.groups.contains), leadTimeMonths: lever.leadTimeMonths,
          state: state)
      }
    }
    return MeasureTable(
      rows: rows, rules: settings.measures, closure: outlook.closure, evidenceMonths: settings.evidenceMonths,
      night: night, strings: strings
    ).sheet
  }

  /// What is kept of the measures.
  var measureRecords: [MeasureRecord] {
    profile.reference.levers.compactMap { lever in
      outlook.states[lever.code].map { state in
        MeasureRecord(
          measure: lever.code, kind: state.kind.rawValue, unit: state.capacity.unit?.rawValue,
          capacity: state.capacity.year, used: state.capacity.used, priorShare: state.prior, share: state.share,
          hiredInCases: state.cases, hiredAsReported: state.reported, closure: outlook.closure)
      }
    }
  }
}
