import Foundation

/// A started program. Its output goes to files, so that it never waits for a reader.
public final class Child {
  /// How a program ended.
  public struct Outcome: Sendable {
    /// The exit code; 128 and the signal's number when a signal ended it.
    public let status: Int32
    /// Standard output.
    public let output: String
    /// Standard error: log lines and messages.
    public let log: String
  }

  private let process = Process()
  private let files: [String]

  /// Starts a program with no input.
  /// - Parameter folder: its current folder, which also holds its output until its end is waited for.
  public init(_ path: String, _ arguments: [String], in folder: String, environment: [String: String]) throws {
    let stem = "\(folder)/.child-\(UInt64.random(in: 0 ... .max))"
    files = [stem + ".out", stem + ".err"]
    for file in files { try write("", to: file) }
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: files[0]))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: files[1]))
    try process.run()
  }

  /// Its process number.
  public var number: Int32 { process.processIdentifier }

  /// Whether it still runs.
  public var isRunning: Bool { process.isRunning }

  /// Sends it a signal.
  public func signal(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for its end.
  @discardableResult
  public func wait() throws -> Outcome {
    process.waitUntilExit()
    let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
    for file in files { unlink(file) }
    let status = process.terminationStatus
    return Outcome(
      status: process.terminationReason == .exit ? status : 128 + status, output: texts[0], log: texts[1])
  }

  /// Waits for its end at most so many seconds; then it is killed and the answer is `nil`.
  public func wait(seconds: Double) throws -> Outcome? {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while process.isRunning, ContinuousClock.now < deadline { usleep(2_000) }
    let ended = !process.isRunning
    if !ended { signal(SIGKILL) }
    let outcome = try wait()
    return ended ? outcome : nil
  }
}
