package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"slices"
	"strings"
)

// Probe says what a file is. What can't be taken comes back as *Refused. It reads the whole file once,
// without decoding it, since headers of interrupted recordings lie.
func Probe(ctx context.Context, path string) (Info, error) {
	size, err := sniff(path)
	if err != nil {
		return Info{}, err
	}
	found, err := inspect(ctx, path)
	if err != nil {
		return Info{}, err
	}
	info, err := found.info()
	if err != nil {
		return Info{}, err
	}
	streams, err := scan(ctx, path, info.Container)
	if err != nil {
		return Info{}, err
	}
	info.Size = size
	if err := info.measure(streams); err != nil {
		return Info{}, err
	}
	return info, nil
}

// sniff refuses what is plainly no recording, before ffmpeg touches it, and gives the file's size.
func sniff(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("opening the source: %w", err)
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("opening the source: %w", err)
	}
	if !stat.Mode().IsRegular() {
		return 0, &Refused{"This is not a file."}
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, fmt.Errorf("reading the source: %w", err)
	}
	head = head[:n]
	kind := http.DetectContentType(head)
	switch {
	case n == 0:
		return 0, &Refused{"The file is empty."}
	case bytes.HasPrefix(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("#EXTM3U")):
		return 0, &Refused{"The file is a playlist that points to other files, not a recording."}
	case strings.HasPrefix(kind, "text/"):
		return 0, &Refused{"The file is text, not a video or audio recording."}
	case strings.HasPrefix(kind, "image/"):
		return 0, &Refused{"The file is a picture, not a video or audio recording."}
	}
	return stat.Size(), nil
}

// measure fills in what only the packets know, and refuses a file that does not last.
func (i *Info) measure(streams map[int]*packets) error {
	end := math.Inf(-1)
	i.Audio = slices.DeleteFunc(i.Audio, func(a Audio) bool { return streams[a.Index] == nil })
	for n := range i.Audio {
		p := streams[i.Audio[n].Index]
		i.Audio[n].BitRate = p.bitRate()
		end = max(end, p.end)
	}
	still := false
	if i.Video != nil {
		p := streams[i.Video.Index]
		still = p != nil && p.count == 1
		if p == nil || still {
			i.Video = nil
		} else {
			i.Video.BitRate = p.bitRate()
			if i.Video.FrameRate == 0 {
				i.Video.FrameRate = p.rate()
			}
			end = max(end, p.end)
		}
	}
	switch {
	case still && len(i.Audio) == 0:
		return &Refused{"The file is a picture, not a video or audio recording."}
	case i.Video == nil && len(i.Audio) == 0:
		return &Refused{"The file has neither video nor audio in it."}
	}
	i.Duration = math.Round((end-i.origin())*1e6) / 1e6
	if i.Duration <= 0 {
		return &Refused{"The recording has no length."}
	}
	return nil
}
