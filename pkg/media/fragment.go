package media

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/Eyevinn/mp4ff/mp4"
)

const (
	videoTimescale = 120_000 // holds all usual frame rates and milliseconds exactly
	shortSegment   = 3.9     // seconds; a little less than the aim, which timestamps in milliseconds may fall just short of
	sampleFlagsSet = 0x20    // of a fragment's header: it has flags for all samples
)

// fragments is one track as it is stored: the initialization segment and the fragments that ffmpeg writes,
// with their times put right while they pass.
type fragments struct {
	track string
	args  []string // what ffmpeg makes it with
	times timeline
	cuts  []int64 // where a segment begins anew, in units

	name      string
	file      *os.File
	size      int64 // of the file so far
	initBytes int64
	codecs    string
	timescale int64
	defaults  *mp4.TrexBox
	list      []fragment
	header    *mp4.MoofBox // of the last fragment; it is stored when its end is known
	skip      uint64       // bytes of samples that are left out at the beginning of the last fragment
}

// fragment is a stretch of a track that can be played by itself.
type fragment struct {
	start   int64 // in units, like end
	end     int64
	place   int64 // in the file
	bytes   int64
	samples []mp4.Sample
}

// open makes the file.
func (f *fragments) open(dir, name string) error {
	var err error
	f.name = name
	if f.file, err = os.Create(filepath.Join(dir, name)); err != nil {
		return fmt.Errorf("making an output file: %w", err)
	}
	return nil
}

// read takes in all that ffmpeg writes.
func (f *fragments) read(r io.Reader) error {
	in := bufio.NewReader(r)
	for {
		head, err := in.Peek(8)
		if errors.Is(err, io.EOF) && len(head) == 0 {
			return f.finish()
		}
		if err != nil {
			return err
		}
		switch string(head[4:]) {
		case "ftyp", "moov", "moof":
			err = f.box(in)
		default:
			err = f.data(in)
		}
		if err != nil {
			return err
		}
	}
}

// box takes in a box that describes.
func (f *fragments) box(in io.Reader) error {
	box, err := mp4.DecodeBox(0, in)
	if err != nil {
		return fmt.Errorf("reading a fragment: %w", err)
	}
	switch box := box.(type) {
	case *mp4.MoofBox:
		return f.fragment(box)
	case *mp4.MoovBox:
		if err := f.describe(box); err != nil {
			return err
		}
	}
	err = box.Encode(io.NewOffsetWriter(f.file, f.size))
	f.size += int64(box.Size())
	f.initBytes = f.size
	return err
}

// describe reads what the initialization segment says of the track.
func (f *fragments) describe(moov *mp4.MoovBox) error {
	if len(moov.Traks) != 1 || moov.Mvex == nil || moov.Mvex.Trex == nil {
		return errors.New("reading an initialization segment: there is more or less than one track in it")
	}
	f.defaults = moov.Mvex.Trex
	media := moov.Trak.Mdia
	f.timescale = int64(media.Mdhd.Timescale)
	switch entry := media.Minf.Stbl.Stsd; {
	case entry.AvcX != nil && entry.AvcX.AvcC != nil:
		c := entry.AvcX.AvcC
		f.codecs = fmt.Sprintf("avc1.%02x%02x%02x", c.AVCProfileIndication, c.ProfileCompatibility, c.AVCLevelIndication)
	case entry.Mp4a != nil:
		f.codecs = "mp4a.40.2"
	default:
		return errors.New("reading an initialization segment: the codec is none that was asked for")
	}
	return nil
}

// fragment takes in the header of a fragment, and leaves room for it in the file.
func (f *fragments) fragment(moof *mp4.MoofBox) error {
	traf := moof.Traf
	if f.defaults == nil || traf == nil || traf.Tfdt == nil || len(traf.Truns) == 0 {
		return errors.New("reading a fragment: its header is not whole")
	}
	var samples []mp4.Sample
	var times []int64
	at := int64(traf.Tfdt.BaseMediaDecodeTime()) // it may be negative
	for _, run := range traf.Truns {
		run.AddSampleDefaultValues(traf.Tfhd, f.defaults)
		for _, s := range run.Samples {
			times = append(times, at+int64(s.CompositionTimeOffset))
			at += int64(s.Dur)
		}
		samples = append(samples, run.Samples...)
	}
	left, start, end, err := f.times.place(samples, times)
	if err != nil {
		return err
	}
	f.skip = 0
	for _, s := range samples[:left] {
		f.skip += uint64(s.Size)
	}
	if samples = samples[left:]; len(samples) == 0 {
		return nil
	}
	if err := f.settle(start); err != nil {
		return err
	}
	f.list = append(f.list, fragment{start: start, end: end, place: f.size, samples: samples})
	if f.header, err = f.write(traf.Tfhd.TrackID); err != nil {
		return err
	}
	f.size += int64(f.header.Size())
	return nil
}

// write makes the header of the last fragment.
func (f *fragments) write(track uint32) (*mp4.MoofBox, error) {
	last := &f.list[len(f.list)-1]
	made, err := mp4.CreateFragment(uint32(len(f.list)), track)
	if err != nil {
		return nil, fmt.Errorf("writing a fragment: %w", err)
	}
	traf := made.Moof.Traf
	traf.Tfhd.Flags |= sampleFlagsSet
	traf.Tfdt.SetBaseMediaDecodeTime(uint64(last.start))
	traf.Tfdt.Version = 1
	run := traf.Trun
	run.Flags = mp4.TrunDataOffsetPresentFlag | mp4.TrunSampleDurationPresentFlag | mp4.TrunSampleSizePresentFlag
	run.Version, run.Samples = 1, last.samples // composition offsets are signed
	if f.times.sound() {
		traf.Tfhd.DefaultSampleFlags = mp4.SyncSampleFlags
	} else {
		traf.Tfhd.DefaultSampleFlags = mp4.NonSyncSampleFlags
		run.Flags |= mp4.TrunSampleCompositionTimeOffsetPresentFlag
		run.SetFirstSampleFlags(mp4.SyncSampleFlags)
	}
	run.DataOffset = int32(made.Moof.Size()) + 8
	return made.Moof, nil
}

// settle stores the header of the last fragment, which lasts until the next one starts.
func (f *fragments) settle(next int64) error {
	if f.header == nil {
		return nil
	}
	last := &f.list[len(f.list)-1]
	sample := &last.samples[len(last.samples)-1]
	duration := next - last.end + int64(sample.Dur)
	if duration <= 0 || duration > math.MaxUint32 {
		return errors.New("the pictures are not in order")
	}
	sample.Dur, last.end, last.bytes = uint32(duration), next, f.size-last.place
	err := f.header.Encode(io.NewOffsetWriter(f.file, last.place))
	f.header, last.samples = nil, nil
	return err
}

// data stores what a fragment holds, and passes over anything else.
func (f *fragments) data(in *bufio.Reader) error {
	box, err := mp4.DecodeHeader(in)
	if err != nil {
		return err
	}
	length := int64(box.Size) - int64(box.Hdrlen)
	if box.Name != "mdat" || f.header == nil {
		_, err := io.CopyN(io.Discard, in, length)
		return err
	}
	if _, err := io.CopyN(io.Discard, in, int64(f.skip)); err != nil {
		return err
	}
	length -= int64(f.skip)
	head := append(binary.BigEndian.AppendUint32(nil, uint32(length+8)), "mdat"...)
	out := io.NewOffsetWriter(f.file, f.size)
	if _, err := out.Write(head); err != nil {
		return err
	}
	n, err := io.CopyN(out, in, length)
	f.size += 8 + n
	return err
}

// finish ends the last fragment, if there is any.
func (f *fragments) finish() error {
	if len(f.list) == 0 {
		return nil
	}
	return f.settle(f.times.finish(f.list[len(f.list)-1].end))
}

// run groups the fragments to segments.
func (f *fragments) run() Run {
	r := Run{
		Track: f.track, File: f.name, InitBytes: f.initBytes, Codecs: f.codecs, Timescale: f.timescale,
		Start: f.list[0].start, Offset: f.initBytes,
	}
	cuts := f.cuts
	start := int64(0)
	for _, part := range f.list {
		cut := len(r.Segments) == 0
		for len(cuts) > 0 && part.start >= cuts[0] {
			cut, cuts = true, cuts[1:]
		}
		if cut || float64(part.start-start) >= shortSegment*float64(f.timescale) {
			start = part.start
			r.Segments = append(r.Segments, [2]int64{})
		}
		last := &r.Segments[len(r.Segments)-1]
		last[0] += part.end - part.start
		last[1] += part.bytes
	}
	return r
}
