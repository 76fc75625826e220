// Proves a bundle of the ledger with the packages that Go's own checksum database is verified with.
//
//	verify DIR VKEY [CHECKPOINT ...]
//
// Every entry is hashed, every tile is made anew and compared, the root is compared with the one that VKEY signed, and
// the log must continue each earlier CHECKPOINT. Ends with 1 and says what is wrong first.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height, width = 8, 256

func main() {
	if len(os.Args) < 3 {
		fail("usage: verify DIR VKEY [CHECKPOINT ...]")
	}
	dir := os.Args[1]
	verifier, err := note.NewVerifier(os.Args[2])
	check(err)
	head := open(filepath.Join(dir, "checkpoint"), verifier)
	var stored []tlog.Hash // as tlog numbers the hashes of a tree
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	for first := int64(0); first < head.N; first += width {
		for i, hash := range leaves(dir, first, min(width, head.N-first)) {
			more, err := tlog.StoredHashesForRecordHash(first+int64(i), hash, reader)
			check(err)
			stored = append(stored, more...)
		}
	}
	for level := 0; head.N>>(height*level) > 0; level++ {
		for hashes, n := head.N>>(height*level), int64(0); n*width < hashes; n++ {
			tile := tlog.Tile{H: height, L: level, N: n, W: int(min(width, hashes-n*width))}
			data, err := tlog.ReadTileData(tile, reader)
			check(err)
			if path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1); !bytes.Equal(data, read(dir, path)) {
				fail(path, "is not what the entries make it")
			}
		}
	}
	same(head, reader)
	for _, path := range os.Args[3:] {
		same(open(path, verifier), reader)
	}
	fmt.Println(head.N, "entries, root", head.Hash)
}

// leaves are the hashes of a bundle's entries, each compared with its tile; where entries are withheld, the tile's own.
func leaves(dir string, first, count int64) []tlog.Hash {
	tile := tlog.Tile{H: height, L: 0, N: first / width, W: int(count)}
	path := strings.TrimPrefix(tile.Path(), "tile/8/0/")
	hashes, entries := read(dir, "tile/0/"+path), []byte(nil)
	withheld := first+width <= minimum(dir)
	if !withheld {
		entries = read(dir, "tile/entries/"+path)
	}
	found := make([]tlog.Hash, count)
	for i := range found {
		if len(hashes) != int(count)*tlog.HashSize {
			fail("tile of entry", first, "has a wrong length")
		}
		copy(found[i][:], hashes[i*tlog.HashSize:])
		if withheld {
			continue
		}
		if len(entries) < 2 || len(entries) < 2+int(binary.BigEndian.Uint16(entries)) {
			fail("entry", first+int64(i), "is missing")
		}
		end := 2 + int(binary.BigEndian.Uint16(entries))
		if tlog.RecordHash(entries[2:end]) != found[i] {
			fail("entry", first+int64(i), "is not what was logged")
		}
		entries = entries[end:]
	}
	if len(entries) > 0 {
		fail("bytes behind entry", first+count-1)
	}
	return found
}

// minimum is the index below which entries may be withheld.
func minimum(dir string) int64 {
	text, err := os.ReadFile(filepath.Join(dir, "minimum-index"))
	if os.IsNotExist(err) {
		return 0
	}
	check(err)
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	check(err)
	return n
}

// open is a checkpoint that the key signed.
func open(path string, verifier note.Verifier) tlog.Tree {
	text, err := os.ReadFile(path)
	check(err)
	signed, err := note.Open(text, note.VerifierList(verifier))
	check(err)
	origin, rest, _ := strings.Cut(signed.Text, "\n")
	if origin != verifier.Name() {
		fail(path, "is of another log:", origin)
	}
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	check(err)
	return tree
}

// same: the first entries have the root that was signed.
func same(signed tlog.Tree, reader tlog.HashReader) {
	root, err := tlog.TreeHash(signed.N, reader)
	check(err)
	if signed.N > 0 && root != signed.Hash {
		fail("root mismatch: the first", signed.N, "entries are not those that were signed")
	}
}

func read(dir, path string) []byte {
	data, err := os.ReadFile(filepath.Join(dir, path))
	check(err)
	return data
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func check(err error) {
	if err != nil {
		fail(err)
	}
}

func fail(what ...interface{}) {
	fmt.Fprintln(os.Stderr, what...)
	os.Exit(1)
}
