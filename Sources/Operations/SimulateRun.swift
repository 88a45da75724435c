import Foundation
import LabourMarket
import Simulation
import Tabular

/// Writes a simulated city as files: `feeds/` in the contract's form, `truth/` for checking estimators. Uses no database and no clock.
public struct SimulateRun: Sendable {
  /// What to simulate and where it goes.
  public struct Options: Sendable {
    /// The profile whose regions, chains and occupations the city has.
    public var profile: String
    /// The folder to write to; it is created where it is missing.
    public var folder: String
    /// Seed, size, months and scenario.
    public var settings: SimulationSettings
    /// Whether the files are packed (`.csv.gz`).
    public var gzip: Bool

    /// Options from their parts.
    public init(profile: String, folder: String, settings: SimulationSettings, gzip: Bool = false) {
      self.profile = profile
      self.folder = folder
      self.settings = settings
      self.gzip = gzip
    }
  }

  /// A file that was written.
  public struct File: Hashable, Sendable {
    /// Its path.
    public let path: String
    /// Its rows, without the header.
    public let rows: Int
  }

  /// Simulates and writes.
  /// - Returns: the files in the order in which they were written.
  /// - Throws: ``Failure``: usage where no such city can be made, failed where a file cannot be written. Files appear whole or not at all.
  @discardableResult
  public static func run(_ options: Options) throws -> [File] {
    let resources = try Resources.locate(environment: ProcessInfo.processInfo.environment)
    let profile = try Profile(folder: Session.profileFolder(options.profile, resources: resources))
    let city: SimulatedCity
    do {
      city = try SimulatedCity(settings: options.settings, reference: profile.reference)
    } catch let fault as SimulationFault {
      throw Failure.usage(fault.description, next: "Change the options, or name another profile with --profile.")
    }
    var files: [File] = []
    for (name, tables) in [("feeds", city.feeds), ("truth", city.truth)] {
      let folder = options.folder + "/" + name
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw Failure(
          .failed, "The folder \(folder) cannot be created: \(error.localizedDescription)",
          next: "Name a folder you may write to with --out.")
      }
      for table in tables { files.append(try write(table, to: folder, gzip: options.gzip)) }
    }
    return files
  }

  /// One table as CSV: UTF-8, `\n`, the least quotes.
  private static func write(_ table: SimulatedTable, to folder: String, gzip: Bool) throws -> File {
    let path = "\(folder)/\(table.name).csv" + (gzip ? ".gz" : "")
    let file = try AtomicFile(path: path)
    let sink: any ByteSink = gzip ? try GzipSink(file, level: 9) : file
    let writer = try CSVWriter(sink, charset: .utf8, lineEnd: "\n", escapesFormulas: false)
    try writer.record(table.columns)
    for row in table.rows { try writer.record(row) }
    try writer.finish()
    return File(path: path, rows: table.rows.count)
  }
}
