import Foundation

/// Delivery into a folder: a share, or the folder that a government network's own exchange takes files from.
///
/// Each file appears whole or not at all and keeps its place below the night's folder. A file that is there with the same bytes is not
/// written again, so a delivery that was interrupted is finished by the next one.
struct FolderDelivery {
  /// The folder that receives a folder for the night.
  let target: String

  /// One file that is not there yet, or is there with other bytes.
  private struct Item {
    let source: String
    let destination: String
  }

  /// Delivers a night's lists.
  /// - Parameters:
  ///   - folder: the night's folder.
  ///   - names: the files, relative to it.
  ///   - dryRun: only count; nothing is written.
  /// - Returns: the number of files delivered, or that would be.
  /// - Throws: ``Failure`` that names the folder and the reason; files delivered before stay.
  func deliver(_ folder: String, names: [String], dryRun: Bool) throws -> Int {
    let night = (folder as NSString).lastPathComponent
    let items = names.sorted().map { Item(source: "\(folder)/\($0)", destination: "\(target)/\(night)/\($0)") }
      .filter { FileSystem.bytes($0.destination) != FileSystem.bytes($0.source) }
    guard !dryRun else { return items.count }
    for item in items {
      guard let bytes = FileSystem.bytes(item.source) else {
        throw Failure(.failed, "\(item.source) is gone.", next: "Run `labourwatch report` again for this night.")
      }
      try FileSystem.makeFolder((item.destination as NSString).deletingLastPathComponent)
      try FileSystem.write(bytes, to: item.destination, whole: true)
    }
    return items.count
  }
}
