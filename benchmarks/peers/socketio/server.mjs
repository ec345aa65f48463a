// A chat as the documents of socket.io show it: rooms, and one emit to the room. Nothing is stored.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { transports: ["websocket"] });
let last = 0;

io.on("connection", (socket) => {
  socket.on("join", ({ room }, done) => {
    socket.join(room);
    done("ok");
  });
  socket.on("send", ({ room, username, body }) => {
    last += 1;
    io.to(room).emit("message", { id: last, username, body, created_at: new Date().toISOString() });
  });
});

http.listen(Number(process.env.PORT), "127.0.0.1");
