import Foundation

/// Where the program's own files are: `sql/`, `jobs/` and the report templates.
///
/// In a checkout these are the repository's folders; after `make install` they stand under `share/labourwatch` beside `bin`.
public struct Resources: Sendable {
  /// The folder that holds `sql` and `jobs`.
  public let root: String
  /// The folder of the report templates.
  public let templates: String

  /// Resources under a root folder.
  public init(root: String) {
    self.root = root
    let installed = root + "/templates"
    templates =
      FileManager.default.fileExists(atPath: installed) ? installed : root + "/Sources/Reporting/Templates"
  }

  /// The folder of migrations.
  public var migrations: String { root + "/sql/migrations" }
  /// The folder of queries.
  public var queries: String { root + "/sql/queries" }

  /// Finds the resources: `LABOURWATCH_RESOURCES`, else `../share/labourwatch` beside the program, else the nearest folder above the
  /// program or above the current folder that holds `sql/migrations`.
  /// - Throws: ``Failure`` (usage) where nothing is found.
  public static func locate(environment: [String: String]) throws -> Resources {
    if let named = environment["LABOURWATCH_RESOURCES"], !named.isEmpty {
      guard holdsResources(named) else {
        throw Failure.usage(
          "LABOURWATCH_RESOURCES names \(named), which holds no sql/migrations.",
          next: "Set it to the share/labourwatch folder of the installation, or unset it.")
      }
      return Resources(root: named)
    }
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    let folder = (program as NSString).deletingLastPathComponent
    let shared = ((folder as NSString).deletingLastPathComponent as NSString).appendingPathComponent(
      "share/labourwatch")
    if holdsResources(shared) { return Resources(root: shared) }
    for start in [folder, FileManager.default.currentDirectoryPath] {
      var candidate = start
      while candidate != "/" && !candidate.isEmpty {
        if holdsResources(candidate) { return Resources(root: candidate) }
        candidate = (candidate as NSString).deletingLastPathComponent
      }
    }
    throw Failure.usage(
      "The program's own files (sql/migrations) are not found beside \(program).",
      next: "Run it from the checkout, install it with `make install PREFIX=…`, or set LABOURWATCH_RESOURCES.")
  }

  private static func holdsResources(_ folder: String) -> Bool {
    FileManager.default.fileExists(atPath: folder + "/sql/migrations")
  }
}
