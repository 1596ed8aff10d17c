package gateway

import (
	"encoding/binary"
	"math"
	"net"
	"time"

	"github.com/gorilla/websocket"
)

// writeSize is how many bytes go over the network in one write, unless a single frame has more.
const writeSize = 64 << 10

// frame is one websocket message or control frame as it goes over the network. It is built once, and
// shared by all clients that it is for.
type frame []byte

// newFrame builds a frame of a kind: websocket.TextMessage, PingMessage, PongMessage or CloseMessage.
func newFrame(kind int, payload []byte) frame {
	const final, medium, large = 0x80, 126, 127 // RFC 6455, 5.2; what a server sends is not masked
	f := append(make(frame, 0, len(payload)+10), final|byte(kind))
	switch n := len(payload); {
	case n < medium:
		f = append(f, byte(n))
	case n <= math.MaxUint16:
		f = binary.BigEndian.AppendUint16(append(f, medium), uint16(n))
	default:
		f = binary.BigEndian.AppendUint64(append(f, large), uint64(n))
	}
	return append(f, payload...)
}

// frameWriter writes frames to one client, many at once. Everything that a client is told goes
// through one of these, so that no frame comes to lie within another.
type frameWriter struct {
	network net.Conn
	// buffers are what is being written: a field, because a variable would be allocated for each write.
	buffers net.Buffers
}

// write writes the frames in order. It forgets them.
func (w *frameWriter) write(frames [][]byte) error {
	for len(frames) > 0 {
		n, size := 1, len(frames[0])
		for n < len(frames) && size+len(frames[n]) <= writeSize {
			size += len(frames[n])
			n++
		}
		if err := w.network.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
			return err
		}
		if err := w.writeOnce(frames[:n]); err != nil {
			return err
		}
		frames = frames[n:]
	}
	return nil
}

// writeOnce takes one system call, which is cheaper for a single frame.
func (w *frameWriter) writeOnce(frames [][]byte) (err error) {
	if len(frames) == 1 {
		_, err = w.network.Write(frames[0])
		frames[0] = nil
		return err
	}
	w.buffers = frames
	_, err = w.buffers.WriteTo(w.network)
	return err
}

// farewell is the frame that ends a connection, and says why.
func farewell(code int, why string) frame {
	return newFrame(websocket.CloseMessage, websocket.FormatCloseMessage(code, why))
}
