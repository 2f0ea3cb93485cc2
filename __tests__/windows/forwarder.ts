/** Where the one section of the library is in memory. */
const SECTION = 0x1000;
/** Where it is in the file; a multiple of the alignment. */
const HEADERS = 0x200;
const DIRECTORY_SIZE = 40;

/**
 * A library of Windows (x64) without any code: of each function that it exports, it says in which other library that is.
 * https://learn.microsoft.com/en-us/windows/win32/debug/pe-format
 *
 * @param exported by its name, the library and function that stand for it, as `advapi32.SystemFunction036`
 */
export function forwarder(name: string, exported: Readonly<Record<string, string>>): Buffer {
  const section = exportSection(name, exported);
  const size = Math.ceil(section.length / HEADERS) * HEADERS;
  const file = Buffer.alloc(HEADERS + size);
  section.copy(file, HEADERS);
  file.write('MZ');
  const pe = 0x40;
  file.writeUInt32LE(pe, 0x3c);
  file.write('PE\0\0', pe);
  const coff = pe + 4;
  file.writeUInt16LE(0x8664, coff); // For x64
  file.writeUInt16LE(1, coff + 2); // Sections
  file.writeUInt16LE(240, coff + 16); // Size of the optional header
  file.writeUInt16LE(0x2022, coff + 18); // A library that can be run, with large addresses
  const optional = coff + 20;
  file.writeUInt16LE(0x20b, optional); // 64 bits
  file.writeUInt32LE(size, optional + 8); // Size of data
  file.writeBigUInt64LE(0x1_8000_0000n, optional + 24); // Preferred address
  file.writeUInt32LE(0x1000, optional + 32); // Alignment in memory
  file.writeUInt32LE(HEADERS, optional + 36); // Alignment in the file
  file.writeUInt16LE(6, optional + 40); // Version of Windows
  file.writeUInt16LE(6, optional + 48);
  file.writeUInt32LE(SECTION + 0x1000, optional + 56); // Size in memory
  file.writeUInt32LE(HEADERS, optional + 60); // Size of the headers
  file.writeUInt16LE(3, optional + 68); // For the console
  file.writeUInt16LE(0x100, optional + 70); // Needs no execution of data
  file.writeUInt32LE(16, optional + 108); // Directories
  file.writeUInt32LE(SECTION, optional + 112); // The first of them has the exports
  file.writeUInt32LE(section.length, optional + 116);
  const header = optional + 240;
  file.write('.rdata', header);
  file.writeUInt32LE(section.length, header + 8);
  file.writeUInt32LE(SECTION, header + 12);
  file.writeUInt32LE(size, header + 16);
  file.writeUInt32LE(HEADERS, header + 20);
  file.writeUInt32LE(0x4000_0040, header + 36); // Data that can be read
  return file;
}

/** An address of a function that is in the section of exports counts as the name of the function that stands for it. */
function exportSection(name: string, exported: Readonly<Record<string, string>>): Buffer {
  const names = Object.keys(exported).sort();
  const functions = DIRECTORY_SIZE;
  const pointers = functions + 4 * names.length;
  const ordinals = pointers + 4 * names.length;
  const strings: Buffer[] = [];
  let end = ordinals + 2 * names.length;
  const addressOf = (text: string) => {
    const bytes = Buffer.from(`${text}\0`);
    strings.push(bytes);
    end += bytes.length;
    return SECTION + end - bytes.length;
  };
  const tables = Buffer.alloc(end);
  tables.writeUInt32LE(addressOf(name), 12);
  tables.writeUInt32LE(1, 16); // First ordinal
  tables.writeUInt32LE(names.length, 20);
  tables.writeUInt32LE(names.length, 24);
  tables.writeUInt32LE(SECTION + functions, 28);
  tables.writeUInt32LE(SECTION + pointers, 32);
  tables.writeUInt32LE(SECTION + ordinals, 36);
  names.forEach((exportedName, index) => {
    tables.writeUInt32LE(addressOf(exported[exportedName] ?? ''), functions + 4 * index);
    tables.writeUInt32LE(addressOf(exportedName), pointers + 4 * index);
    tables.writeUInt16LE(index, ordinals + 2 * index);
  });
  return Buffer.concat([tables, ...strings]);
}
