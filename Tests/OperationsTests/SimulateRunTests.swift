import Foundation
import Simulation
import TestSupport
import Testing

@testable import Operations

@Suite("Simulating a city into files")
struct SimulateRunTests {
  /// Unpacks with gzip(1), an implementation that is not ours.
  private func unpacked(_ path: String) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/gzip")
    process.arguments = ["-dc", path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return data
  }

  @Test("The sample inbox is what its command makes")
  func sample() throws {
    try withTemporaryDirectory { folder in
      let profile = repositoryRoot + "/jobs/suqian"
      let files = try SimulateRun.run(
        .init(profile: profile, folder: folder, settings: SimulationSettings(), gzip: false))
      let feeds = files.filter { $0.path.contains("/feeds/") }
      #expect(feeds.count == 7)
      for file in feeds {
        let name = URL(fileURLWithPath: file.path).lastPathComponent
        let made = try Data(contentsOf: URL(fileURLWithPath: file.path))
        let shipped = try unpacked("\(profile)/inbox/\(name).gz")
        let same = made == shipped  // not inside the expectation, which would look for every difference
        #expect(same, "\(name): make the sample anew as its PROVENANCE.md says")
      }
    }
  }

  @Test("Packed files hold the same rows")
  func packing() throws {
    try withTemporaryDirectory { folder in
      let profile = repositoryRoot + "/jobs/suqian"
      let settings = SimulationSettings(seed: 3, enterprises: 8, months: 6, truthMonths: 6)
      try SimulateRun.run(.init(profile: profile, folder: folder + "/plain", settings: settings))
      let packed = try SimulateRun.run(
        .init(profile: profile, folder: folder + "/packed", settings: settings, gzip: true))
      for file in packed {
        let plain = file.path.replacingOccurrences(of: "/packed/", with: "/plain/").dropLast(3)
        let same = try unpacked(file.path) == Data(contentsOf: URL(fileURLWithPath: String(plain)))
        #expect(same, "\(file.path)")
      }
    }
  }

  @Test("A profile without occupations makes no city: usage, and nothing is written")
  func refusal() throws {
    try withTemporaryDirectory { folder in
      let options = SimulateRun.Options(
        profile: repositoryRoot + "/jobs/us-jolts", folder: folder + "/city", settings: SimulationSettings())
      let failure = try #require(throws: Failure.self) { try SimulateRun.run(options) }
      #expect(failure.status == .usage)
      #expect(!FileManager.default.fileExists(atPath: folder + "/city"))
    }
  }
}
