import SystemPackage
import Tensors

/// Opens the files of a change in place, one after the other, and collects them.
final class InPlaceOpening {
  private let place: InPlacePlace
  private let force: Bool
  private let system: any FileSystem
  private(set) var files: [LockedFile] = []
  /// Whether a change of one of the files was interrupted.
  private(set) var isPoisoned = false
  private var found: Journal?

  init(_ place: InPlacePlace, force: Bool, in system: any FileSystem) {
    self.place = place
    self.force = force
    self.system = system
  }

  func checkpoint() throws(ContainerError) -> Checkpoint {
    guard place.isFolder else {
      let file = try open(place.path)
      return Checkpoint(
        path: place.path, form: .file,
        shards: [Checkpoint.Shard(fileName: place.path, file: file)])
    }
    return try CheckpointFolder(place.path, in: system).checkpoint {
      path throws(ContainerError) in try open(path)
    }
  }

  private func open(_ path: String) throws(ContainerError) -> TensorFile {
    let locked = try LockedFile(path, force: force, in: system)
    files.append(locked)
    guard try isPoisoned(locked) else {
      let file = try TensorFile(InputFile(locked))
      guard file.compression == .none else {
        throw ContainerError(file: path, .inPlace(.isCompressed))
      }
      return file
    }
    isPoisoned = true
    return TensorFile(InputFile(locked), header: try header(of: path))
  }

  private func isPoisoned(_ file: LockedFile) throws(ContainerError) -> Bool {
    switch try InPlaceChange.poison(of: file) {
    case .none: return false
    case .whole: return true
    case .perhaps:
      let journal = try Journal.find(at: place.journal, name: place.path, in: system)
      guard case .journal = journal else { return false }
      return true
    }
  }

  /// The header from before the change.
  private func header(of path: String) throws(ContainerError) -> SafetensorsHeader {
    let name = FilePath(path).lastComponent?.string
    guard let entry = try journal().contents.files.first(where: { $0.name == name }) else {
      throw ContainerError(file: path, .inPlace(.otherFiles))
    }
    do throws(HeaderFailure) {
      return try HeaderScanner.header(from: Array(entry.header[8...]))
    } catch {
      throw ContainerError(file: path, .inPlace(.journalDamaged))
    }
  }

  /// The journal that a poisoned file must have.
  func journal() throws(ContainerError) -> Journal {
    if let found { return found }
    switch try Journal.find(at: place.journal, name: place.path, in: system) {
    case .nothing: throw ContainerError(file: place.path, .inPlace(.journalMissing))
    case .damaged: throw ContainerError(file: place.path, .inPlace(.journalDamaged))
    case .journal(let journal):
      found = journal
      return journal
    }
  }
}
