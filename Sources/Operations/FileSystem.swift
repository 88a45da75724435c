import Foundation
import Tabular

/// The few things that use cases ask of the file system.
enum FileSystem {
  /// Whether there is something at a path.
  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// Makes a folder with all folders above it.
  /// - Throws: ``Failure`` that names the folder and the reason.
  static func makeFolder(_ path: String) throws {
    if let reason = makeFolders(path) {
      throw Failure(
        .failed, "The folder \(path) cannot be made: \(reason).",
        next: "Give --out a folder that this user may write to."
      )
    }
  }

  /// Makes a folder with all folders above it; the system's reason where that fails.
  private static func makeFolders(_ path: String) -> String? {
    if mkdir(path, 0o777) == 0 { return nil }
    if errno == ENOENT {
      let above = (path as NSString).deletingLastPathComponent
      if !above.isEmpty, above != path, let reason = makeFolders(above) { return reason }
      if mkdir(path, 0o777) == 0 { return nil }
    }
    let failure = errno
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue { return nil }
    return String(cString: strerror(failure))
  }

  /// Makes sure, before any work is done for it, that an option names a folder that can be read.
  /// - Throws: ``Failure`` (usage) that names the option, the folder and the reason.
  static func requireReadable(folder: String, _ option: String) throws {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
    guard exists, isFolder.boolValue, access(folder, R_OK | X_OK) == 0 else {
      let reason = !exists ? "there is none" : isFolder.boolValue ? "permission denied" : "it is no folder"
      throw Failure.usage(
        "\(option) \(folder): the folder cannot be read: \(reason).", next: "Create it, or name another with \(option)."
      )
    }
  }

  /// Makes sure, before any work is done for it, that an option names a folder that is there, or can be made, and takes files.
  /// - Throws: ``Failure`` (usage) that names the option, the folder and the reason.
  static func requireWritable(folder: String, _ option: String) throws {
    let isFine = { access(folder, W_OK | X_OK) == 0 }
    guard let reason = makeFolders(folder) ?? (isFine() ? nil : String(cString: strerror(errno))) else { return }
    throw Failure.usage(
      "\(option) \(folder): no files can be written there: \(reason).",
      next: "Name a folder that this user may write to with \(option).")
  }

  /// Makes sure, before any work is done for it, that the folder of a file that an option names takes files.
  /// - Throws: ``Failure`` (usage) that names the option, the file and the reason.
  static func requireWritable(file: String, _ option: String) throws {
    let parent = URL(fileURLWithPath: file).deletingLastPathComponent().path
    guard access(parent, W_OK | X_OK) == 0 else {
      throw Failure.usage(
        "\(option) \(file): the file cannot be written: \(String(cString: strerror(errno))).",
        next: "Name a file in a folder that is there and that this user may write to.")
    }
  }

  /// The bytes of a file, or `nil` where there is none.
  static func bytes(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

  /// The names of what a folder holds; none where there is no folder.
  static func names(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  /// Writes a file in one piece.
  /// - Parameter whole: the file appears whole or not at all.
  static func write(_ bytes: Data, to path: String, whole: Bool = false) throws {
    do {
      guard whole else { return try bytes.write(to: URL(fileURLWithPath: path)) }
      try bytes.withUnsafeBytes { try AtomicFile.write($0, to: path) }
    } catch let error as TableError {
      throw Failure(.failed, error.description)
    } catch {
      throw Failure(
        .failed, "\(path) cannot be written: \(reason(error))", next: "Look for space on the disk and for permissions.")
    }
  }

  /// Puts a file in the place of another of the same file system, at once.
  static func replace(_ path: String, with new: String) throws {
    guard rename(new, path) == 0 else {
      throw Failure(
        .failed, "\(path) cannot be replaced: \(String(cString: strerror(errno)))",
        next: "Close the file where it is open, look for permissions, and run the command again.")
    }
  }

  /// Takes a folder away with all that is in it.
  static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
    guard underlying.domain == NSPOSIXErrorDomain else { return underlying.localizedDescription }
    return String(cString: strerror(Int32(underlying.code)))
  }
}
