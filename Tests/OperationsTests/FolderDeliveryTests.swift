import Foundation
import TestSupport
import Testing

@testable import Operations

@Suite struct FolderDeliveryTests {
  @Test func deliversOnceAndFinishesWhatWasInterrupted() throws {
    try withTemporaryDirectory { folder in
      let night = folder + "/lists/2022-01-05"
      try FileSystem.makeFolder(night + "/321322")
      try FileSystem.write(Data("one".utf8), to: night + "/index.html")
      try FileSystem.write(Data("two".utf8), to: night + "/321322/list.csv")
      let names = ["index.html", "321322/list.csv"]
      let delivery = FolderDelivery(target: folder + "/outbox")

      #expect(try delivery.deliver(night, names: names, dryRun: true) == 2)
      #expect(!FileSystem.exists(folder + "/outbox"))
      #expect(try delivery.deliver(night, names: names, dryRun: false) == 2)
      #expect(FileSystem.bytes(folder + "/outbox/2022-01-05/321322/list.csv") == Data("two".utf8))
      #expect(try delivery.deliver(night, names: names, dryRun: false) == 0)

      FileSystem.remove(folder + "/outbox/2022-01-05/index.html")
      try FileSystem.write(Data("other".utf8), to: night + "/321322/list.csv")
      #expect(try delivery.deliver(night, names: names, dryRun: false) == 2)
      #expect(FileSystem.bytes(folder + "/outbox/2022-01-05/321322/list.csv") == Data("other".utf8))
      #expect(FileSystem.bytes(folder + "/outbox/2022-01-05/index.html") == Data("one".utf8))
    }
  }

  @Test func namesTheFolderThatTakesNoFiles() throws {
    try withTemporaryDirectory { folder in
      try FileSystem.write(Data("x".utf8), to: folder + "/a.csv")
      try FileSystem.write(Data("a file".utf8), to: folder + "/target")
      let failure = #expect(throws: Failure.self) {
        try FolderDelivery(target: folder + "/target").deliver(folder, names: ["a.csv"], dryRun: false)
      }
      #expect(failure?.message.contains(folder + "/target") == true)
    }
  }
}
